"""Read pyright's report of ``--verifytypes`` and fail below 100 %."""

import json
import sys


def main() -> int:
    """Print what keeps public symbols from being fully typed; return 1 if something does."""
    report = json.load(sys.stdin)
    if "typeCompleteness" not in report:
        print(json.dumps(report, indent=2))
        return 1
    completeness = report["typeCompleteness"]
    for symbol in completeness["symbols"]:
        messages = [item["message"] for item in symbol["diagnostics"] if item["severity"] == "error"]
        if messages:
            print(f"{symbol['name']}: {'; '.join(messages)}")
    problems = [item["message"] for item in report["generalDiagnostics"] if item["severity"] == "error"]
    print(*problems, sep="\n", end="\n" if problems else "")
    score: float = completeness["completenessScore"]
    count = completeness["exportedSymbolCounts"]
    print(f"{count['withKnownType']} of {sum(count.values())} public symbols have a known type ({score:.2%})")
    return 0 if score == 1 and count["withKnownType"] and not problems else 1


if __name__ == "__main__":
    sys.exit(main())

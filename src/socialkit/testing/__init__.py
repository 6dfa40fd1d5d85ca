"""Testing an application that uses socialkit: fixtures, and the suite that every platform passes."""

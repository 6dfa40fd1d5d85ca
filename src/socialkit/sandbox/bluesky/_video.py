"""Endpoints: the video service, which works on films before a post may show them."""

from datetime import timedelta

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky import _query as query
from socialkit.sandbox.bluesky._call import Call
from socialkit.sandbox.bluesky._errors import RefusedError, invalid, too_large
from socialkit.sandbox.bluesky._records import Blob, Job, Json
from socialkit.sandbox.bluesky._repo import keep_blob
from socialkit.sandbox.bluesky._route import Route
from socialkit.sandbox.bluesky._state import State

_STATE = "JOB_STATE_"
_STAGES = ((0.2, "CREATED"), (0.7, "ENCODING"), (1.0, "SCANNING"))
"""Until which part of the time a job is in a state."""


def upload_video(call: Call) -> SimResponse:
    """Hand a film in; what was handed in before is not worked on again."""
    state, account, content = call.state, call.user, call.request.body
    if call.request.headers.get("content-type", "").partition(";")[0] != "video/mp4":
        message = "Wrong request encoding (Content-Type): only video/mp4 is taken"
        raise invalid(message)
    if len(content) > facts.VIDEO_SIZE:
        raise too_large()
    if not account.email_confirmed:
        raise _unconfirmed()
    same = [one for one in state.jobs.values() if one.did == account.did and one.content == content]
    known = next((one for one in same if not _has_failed(state, one)), None)
    if known is not None and known.ready_at <= state.now:
        body = status(state, known) | {"error": "already_exists", "message": "Video already processed"}
        del body["blob"]
        return _answer(call, body, 409)
    return _answer(call, status(state, known or _begin(call, content)))


def _answer(call: Call, body: Json, code: int = 200) -> SimResponse:
    """Answer with the bare job, as the real service does against its lexicon, or wrapped, as that says."""
    if not call.state.wraps_job_status:
        return SimResponse.json(body, code)
    more: Json = {key: body[key] for key in ("error", "message") if key in body}
    return SimResponse.json({"jobStatus": body, **more}, code)


def _unconfirmed() -> RefusedError:
    job = {"jobId": "", "did": "", "state": "", "error": "unconfirmed_email"}
    return RefusedError(400, "unconfirmed_email", "The account's email is not confirmed", jobStatus=job)


def _begin(call: Call, content: bytes) -> Job:
    state = call.state
    videos, size = _left(call)
    if videos < 1 or size < len(content):
        message = "The daily limit of videos is reached"
        raise invalid(message)
    job = Job(
        id=f"sandbox{state.number():013d}",
        did=call.user.did,
        content=content,
        made_at=state.now,
        ready_at=state.now + state.processing_time,
        failed=state.failing_videos > 0,
    )
    state.failing_videos -= job.failed
    state.jobs[job.id] = job
    return job


def _has_failed(state: State, job: Job) -> bool:
    return job.failed and job.ready_at <= state.now


def status(state: State, job: Job) -> Json:
    """How far a job is."""
    shown: Json = {"jobId": job.id, "did": job.did}
    if state.now < job.ready_at:
        part = (state.now - job.made_at) / (job.ready_at - job.made_at)
        stage = next(name for until, name in _STAGES if part < until)
        return shown | {"state": _STATE + stage, "progress": int(part * 100)}
    if job.failed:
        failure = {"error": "Failed to process video", "failureCode": "encoding_failure"}
        return shown | {"state": f"{_STATE}FAILED", **failure, "message": "Failed to process video"}
    job.blob = job.blob or _deliver(state, job)
    return shown | {"state": f"{_STATE}COMPLETED", "progress": 100, "blob": job.blob.ref()}


def _deliver(state: State, job: Job) -> Blob:
    """Put the film into the repository of its owner, as the service does."""
    return keep_blob(state.repos[job.did], job.content, "video/mp4")


def finish_jobs(state: State) -> None:
    """Let the service finish what is due."""
    for job in state.jobs.values():
        status(state, job)


def get_job_status(call: Call) -> SimResponse:
    """How far a job is."""
    job = call.state.jobs.get(call.query["jobId"])
    if job is None:
        message = "job not found"
        raise invalid(message)
    return call.answer(jobStatus=status(call.state, job))


def get_upload_limits(call: Call) -> SimResponse:
    """What the account may still upload today."""
    if not call.user.email_confirmed:
        return call.answer(
            canUpload=False, error="unconfirmed_email", message="Please verify your email address"
        )
    videos, size = _left(call)
    able = videos > 0 and size > 0
    message = None if able else "The daily limit of videos is reached"
    return call.answer(canUpload=able, remainingDailyVideos=videos, remainingDailyBytes=size, message=message)


def _left(call: Call) -> tuple[int, int]:
    since = call.state.now - timedelta(days=1)
    own = [one for one in call.state.jobs.values() if one.did == call.user.did and one.made_at > since]
    size = sum(len(one.content) for one in own)
    return facts.DAILY_VIDEOS - len(own), max(facts.DAILY_VIDEO_BYTES - size, 0)


_VIDEO = "app.bsky.video."
ROUTES = (
    Route(
        f"{_VIDEO}uploadVideo",
        "POST",
        upload_video,
        "video",
        {"did": query.text("did"), "name": query.text()},
        body="file",
    ),
    Route(f"{_VIDEO}getJobStatus", "GET", get_job_status, params={"jobId": query.text(required=True)}),
    Route(f"{_VIDEO}getUploadLimits", "GET", get_upload_limits, "video"),
)

"""Files of the simulated Facebook: pictures at once, videos in pieces, reels and stories by another host."""

from socialkit.sandbox._graph import GraphCall, Route, bad_parameter, missing
from socialkit.sandbox._http import SimRequest, SimResponse
from socialkit.sandbox.facebook import _render as show
from socialkit.sandbox.facebook._calls import OK, checked, node_of, schedule
from socialkit.sandbox.facebook._limits import placed
from socialkit.sandbox.facebook._records import Photo, Post, Story, Video
from socialkit.sandbox.facebook._state import APP_ID, PROCESSING, State

FbCall = GraphCall[State]
PIECE = 4 * 2**20
"""Bytes of a piece of a video."""
FOREVER = float("inf")
LARGEST_PHOTO = 10 * 2**20
PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")


def post_photos(call: FbCall) -> SimResponse:
    call.require("pages_manage_posts")
    file = call.params.file("source")
    if file is None and call.params.text("url") is None:
        raise bad_parameter("An image file or url is required", 1366046)
    if file is not None and not file.content.startswith(PICTURES):
        raise bad_parameter("Your photos couldn't be uploaded. Photos should be JPG or PNG.", 1366046)
    if file is not None and len(file.content) > LARGEST_PHOTO:
        raise bad_parameter("Your photos couldn't be uploaded. Photos should be smaller.", 1366046)
    photo = Photo(call.state.number(), node_of(call), call.params.text("alt_text_custom"))
    call.state.photos[photo.id] = photo
    if call.params.flag("published") is False:
        return SimResponse.json({"id": photo.id})
    post = call.state.publish(photo.owner, call.params.text("caption") or "")
    post.photos = [photo.id]
    return SimResponse.json({"id": photo.id, "post_id": post.id})


def post_videos(call: FbCall) -> SimResponse:
    call.require("pages_manage_posts")
    phase = call.params.text("upload_phase")
    if phase == "start":
        return _start(call)
    video = _session(call)
    if phase == "transfer":
        return _transfer(call, video)
    if phase != "finish":
        raise bad_parameter("Invalid upload_phase")
    if video.received < video.size:
        raise bad_parameter("The video upload is not complete", 1363037)
    video.finished = True
    video.title = call.params.text("title") or ""
    video.description = call.params.text("description") or ""
    process(call.state, video)
    if call.params.flag("published") is not False:
        _release(call.state, video)
    return SimResponse.json(OK)


def _start(call: FbCall) -> SimResponse:
    size = call.params.number("file_size") or 0
    if size < 1:
        raise bad_parameter("file_size is required")
    state = call.state
    video = Video(state.number(), node_of(call), state.number(), size)
    state.videos[video.id] = video
    told = {"upload_session_id": video.session, "video_id": video.id, **_offsets(video)}
    return SimResponse.json(told)


def _offsets(video: Video) -> dict[str, str]:
    return {
        "start_offset": str(video.received),
        "end_offset": str(min(video.received + PIECE, video.size)),
    }


def _session(call: FbCall) -> Video:
    session = call.params.text("upload_session_id")
    for one in call.state.videos.values():
        if one.session == session:
            return one
    raise bad_parameter("Invalid upload session", 1363019)


def _transfer(call: FbCall, video: Video) -> SimResponse:
    piece = call.params.file("video_file_chunk")
    if piece is None or call.params.number("start_offset") != video.received:
        raise bad_parameter("There was a problem uploading your video chunk", 1363037)
    video.received = min(video.size, video.received + len(piece.content))
    return SimResponse.json(_offsets(video))


def process(state: State, video: Video) -> None:
    """Begin to work on a video whose bytes are all there."""
    video.ready_at = state.clock.now() + PROCESSING
    if state.failing_videos:
        state.failing_videos -= 1
        video.failed = True


def _release(state: State, video: Video) -> str:
    post = state.publish(video.owner, video.description)
    video.released = state.clock.now()
    post.video, post.app, video.post_id = video.id, APP_ID, post.id
    return post.id


def post_video(call: FbCall) -> SimResponse:
    """Publish a video that nobody saw so far, now or at its time; or change what it says, or when."""
    call.require("pages_manage_posts")
    state = call.state
    video = state.videos[node_of(call)]
    if video.post_id in state.posts:
        return _change(call, video, state.posts[video.post_id])
    if video.ready_at is None or video.ready_at > state.clock.now() or video.failed:
        raise bad_parameter("The video is not ready", 1363030)
    at = schedule(call)
    if video.post_id is None and (at is not None or call.params.flag("published")):
        post = state.posts[_release(state, video)]
        post.scheduled = at
    return SimResponse.json(OK)


def _change(call: FbCall, video: Video, post: Post) -> SimResponse:
    description, at = call.params.text("description"), schedule(call)
    if description is not None:
        video.description = post.message = description
        post.updated = call.state.now
    if at is not None and post.scheduled is not None:
        post.scheduled = at
    return SimResponse.json(OK)


def _clip(call: FbCall, *, reel: bool) -> SimResponse:
    """The start of a reel or story: where its bytes go."""
    state = call.state
    video = Video(state.number(), node_of(call), state.number(), reel=reel)
    state.videos[video.id] = video
    version = state.versions.served(state.versions.split(call.request.path)[0])
    address = f"{call.base_url}/video-upload/{version}/{video.id}"
    return SimResponse.json({"video_id": video.id, "upload_url": address})


def post_video_reels(call: FbCall) -> SimResponse:
    call.require("pages_manage_posts")
    state, phase = call.state, call.params.text("upload_phase")
    if phase == "start":
        return _clip(call, reel=True)
    video = state.videos.get(call.params.text("video_id") or "")
    if phase != "finish" or video is None or video.ready_at is None:
        raise bad_parameter("Invalid upload_phase or video_id")
    video.title = call.params.text("title") or ""
    video.description = call.params.text("description") or ""
    if call.params.text("video_state") in {"PUBLISHED", "SCHEDULED"} and video.post_id is None:
        at, (place, _) = schedule(call), placed(call)
        state.spend_reel(node_of(call))
        post = state.posts[_release(state, video)]
        post.scheduled, post.place = at, place
    return SimResponse.json(OK)


def post_video_stories(call: FbCall) -> SimResponse:
    call.require("pages_manage_posts")
    if call.params.text("upload_phase") == "start":
        return _clip(call, reel=False)
    video = call.params.text("video_id") or ""
    if video not in call.state.videos:
        raise bad_parameter("Invalid video_id")
    return _story(call, video)


def post_photo_stories(call: FbCall) -> SimResponse:
    call.require("pages_manage_posts")
    photo = call.params.text("photo_id") or ""
    if photo not in call.state.photos:
        raise bad_parameter("Invalid photo_id")
    return _story(call, photo)


def _story(call: FbCall, media: str) -> SimResponse:
    state = call.state
    story = Story(state.number(), node_of(call), media, state.now)
    state.stories[story.id] = story
    return SimResponse.json({"success": True, "post_id": story.id})


def get_stories(call: FbCall) -> SimResponse:
    """The stories of a Page that are out: those that are over would be in its archive."""
    call.require("pages_read_engagement")
    since, until = (call.params.number(name) for name in ("since", "until"))
    fields = checked(call, "Stories", show.STORY)
    page = node_of(call)
    newest = sorted(
        (one for one in call.state.stories.values() if one.owner == page), key=lambda one: one.created
    )[::-1]
    found = [one for one in newest if (since or 0) <= one.created.timestamp() <= (until or FOREVER)]
    return call.page(found, lambda one: show.story(call.state, one, fields), key=lambda one: one.id)


def take_bytes(state: State, request: SimRequest, video_id: str) -> SimResponse:
    """What the host of uploads does: bytes in the body, the place in a header."""
    video = state.videos.get(video_id)
    if video is None:
        raise missing(video_id, "post")
    size = request.headers.get("file_size", "")
    if not size.isdigit() or request.headers.get("offset") != str(video.received):
        body = {"debug_info": {"retriable": False, "type": "OffsetInvalidError", "message": "wrong offset"}}
        return SimResponse.json(body, 400)
    video.size = int(size)
    video.received += len(request.body)
    if video.received < video.size:
        body = {"debug_info": {"retriable": True, "type": "PartialRequestError", "message": "too short"}}
        return SimResponse.json(body, 400)
    process(state, video)
    return SimResponse.json(OK)


ROUTES: tuple[Route[State], ...] = (
    Route("post_photos", "POST", ":node/photos", post_photos, "Page"),
    Route("post_videos", "POST", ":node/videos", post_videos, "Page"),
    Route("post_video_reels", "POST", ":node/video_reels", post_video_reels, "Page"),
    Route("post_video_stories", "POST", ":node/video_stories", post_video_stories, "Page"),
    Route("post_photo_stories", "POST", ":node/photo_stories", post_photo_stories, "Page"),
    Route("get_stories", "GET", ":node/stories", get_stories, "Page"),
    Route("post_video", "POST", ":node", post_video, "AdVideo"),
)

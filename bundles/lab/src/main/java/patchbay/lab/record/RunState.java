package patchbay.lab.record;

/** How far a run is. */
public enum RunState {
    /** Its folder is there, it has not begun. */
    created,
    running,
    paused,
    finished,
    stopped,
    failed,
    /** It did not end, and no process is at it: it can be resumed from its last checkpoint. */
    interrupted,
    /** Its folder cannot be read. */
    broken
}

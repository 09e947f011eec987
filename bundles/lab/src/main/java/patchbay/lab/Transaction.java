package patchbay.lab;

import java.util.concurrent.CompletableFuture;
import patchbay.lab.record.Event;
import patchbay.training.Learner;

/** A swap on its way; {@link Swaps} guards it. */
final class Transaction {

    final Change change;
    final String cause;
    final CompletableFuture<Event> outcome = new CompletableFuture<>();
    /** The step that the candidate is built for: its new parameters' first values and age depend on it. */
    long step;
    /** The running model that the candidate is built beside; after another swap the candidate is of no use. */
    Learner basis;
    CompletableFuture<Candidate> prepared;
    /** Doubled each time that the candidate came too late for its step. */
    double patience = 1;

    Transaction(long step, Change change, String cause) {
        this.step = step;
        this.change = change;
        this.cause = cause;
    }

    boolean isPrepared() {
        return prepared != null && prepared.isDone();
    }

    /** Whether what is prepared, or is about to be, can take over when {@code now} steps are done. */
    boolean suits(long now) {
        return step == now || change.isTimeless();
    }
}

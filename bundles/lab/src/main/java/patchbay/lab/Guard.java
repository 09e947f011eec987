package patchbay.lab;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import patchbay.tensor.UserError;

/** Runs a plugin's code on a thread of its own for a limited time; whatever it throws becomes a reason in one line. */
final class Guard {

    private Guard() {}

    /** What {@code work} returns; what it returns too late is let go. */
    static <T> T within(Duration limit, String what, Supplier<T> work) {
        return within(limit, what, work, _ -> {});
    }

    /**
     * What {@code work} returns.
     *
     * @param late is given what it returns too late
     * @throws UserError if it fails, or is not done in time; then its thread is interrupted and left to itself
     */
    static <T> T within(Duration limit, String what, Supplier<T> work, Consumer<T> late) {
        var result = new CompletableFuture<T>();
        var thread = Thread.ofPlatform().daemon().name("guarded: " + what).start(() -> {
            try {
                var made = work.get();
                if (!result.complete(made)) {
                    late.accept(made);
                }
            } catch (Throwable failure) { // a plugin may throw anything, errors of linkage and memory among them
                result.completeExceptionally(failure);
            }
        });
        try {
            return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException timeout) {
            giveUp(result, thread, late);
            throw new UserError(what + " took longer than " + limit.toMillis() / 1000.0 + " s", timeout);
        } catch (InterruptedException interrupted) {
            giveUp(result, thread, late);
            Thread.currentThread().interrupt();
            throw new UserError(what + " was interrupted", interrupted);
        } catch (ExecutionException failed) {
            throw refusal(what, failed.getCause());
        }
    }

    private static <T> void giveUp(CompletableFuture<T> result, Thread thread, Consumer<T> late) {
        if (!result.cancel(false) && !result.isCompletedExceptionally()) {
            late.accept(result.join()); // it came at this very moment
        }
        thread.interrupt();
    }

    /** What went wrong, in one line. */
    static String reason(Throwable failure) {
        var cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof UserError ? cause.getMessage() : cause.toString();
    }

    private static UserError refusal(String what, Throwable cause) {
        return cause instanceof UserError mistake ? mistake : new UserError(what + " failed: " + cause, cause);
    }
}

package patchbay.lab;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import patchbay.lab.record.Event;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.Transfer;
import patchbay.model.Decoder;
import patchbay.model.Fitting;
import patchbay.model.Rack;
import patchbay.tensor.UserError;
import patchbay.training.Learner;
import patchbay.training.Probe;

/**
 * The swaps of one run, each a transaction: the candidate is built, compiled and tried beside the running model, and takes
 * over between two steps, at the step that was fixed when it was asked for (so that a replay can repeat it). Whatever
 * fails leaves the running model as it was.
 */
final class Swaps implements AutoCloseable {

    /** How many swaps can be taken back. */
    private static final int REMEMBERED = 8;

    private final Archive archive;
    private final Duration limit;
    private final Deque<Transaction> scheduled = new ArrayDeque<>();
    private final Deque<Past> history = new ArrayDeque<>();
    private final ExecutorService builder = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("swap-builder").factory());
    private volatile Learner learner;

    /** @param limit how long a candidate may take to be built and tried */
    Swaps(Archive archive, Learner learner, Duration limit) {
        this.archive = archive;
        this.learner = learner;
        this.limit = limit;
    }

    /** A swap on its way. */
    private record Transaction(long step, Change change, String cause, CompletableFuture<Candidate> prepared,
            CompletableFuture<Event> outcome) {}

    /** A model that passed, and what it is made of. */
    private record Candidate(Learner learner, List<Fitting> before, List<Fitting> after) {}

    /** The model that is in use. */
    Learner learner() {
        return learner;
    }

    /**
     * Has {@code change} take effect when {@code step} steps are done, or later if another swap is due later.
     *
     * @return what came of it: a {@link Event.Swapped}, {@link Event.RolledBack} or {@link Event.Refused}
     */
    synchronized CompletableFuture<Event> schedule(long step, Change change, String cause) {
        long due = scheduled.isEmpty() ? step : Math.max(step, scheduled.getLast().step());
        var transaction = new Transaction(due, change, cause, new CompletableFuture<>(), new CompletableFuture<>());
        scheduled.add(transaction);
        if (scheduled.size() == 1) {
            prepare(transaction);
        }
        return transaction.outcome();
    }

    /** Whether a swap is to take effect now that {@code step} steps are done. */
    synchronized boolean due(long step) {
        return !scheduled.isEmpty() && scheduled.getFirst().step() <= step;
    }

    /** The step of the next swap, if there is one. */
    synchronized Optional<Long> next() {
        return Optional.ofNullable(scheduled.peekFirst()).map(Transaction::step);
    }

    /** Waits for the swap that is due and installs it, or says why not. Called by the run's thread between two steps. */
    Event install(long step) {
        Transaction transaction;
        synchronized (this) {
            transaction = scheduled.getFirst();
        }
        Event event;
        try {
            var candidate = transaction.prepared().join();
            event = takeOver(step, transaction, candidate);
        } catch (CompletionException refusal) {
            event = refused(step, transaction, refusal.getCause());
        } catch (RuntimeException failure) { // the plugin's own rule for carrying values over
            event = refused(step, transaction, failure);
        }
        synchronized (this) {
            scheduled.removeFirst();
            if (!scheduled.isEmpty()) {
                prepare(scheduled.getFirst());
            }
        }
        transaction.outcome().complete(event);
        return event;
    }

    private void prepare(Transaction transaction) {
        builder.execute(() -> {
            try {
                var change = transaction.change();
                transaction.prepared().complete(Guard.within(limit, "building the changed model", () -> build(transaction, change)));
            } catch (UserError refusal) {
                transaction.prepared().completeExceptionally(refusal);
            }
        });
    }

    private Candidate build(Transaction transaction, Change change) {
        var running = learner;
        var rack = change.apply(running.decoder().rack(), archive, Optional.ofNullable(history.peek()));
        var before = new ArrayList<Fitting>();
        var after = new ArrayList<Fitting>();
        rack.fittings().forEach((path, fitting) -> {
            var present = running.decoder().rack().at(path);
            if (!same(present, fitting)) {
                before.add(present);
                after.add(fitting);
            }
        });
        if (after.isEmpty()) {
            throw new UserError("nothing would change: that is what is in the socket");
        }
        var decoder = new Decoder(rack, running.decoder().vocabulary());
        var candidate = change instanceof Change.Back
                ? running.candidate(decoder, transaction.step(), history.peek().variables(), history.peek().births())
                : running.candidate(decoder, transaction.step());
        try {
            Probe.check(decoder, candidate.variables());
        } catch (RuntimeException | Error failure) {
            candidate.close();
            throw failure;
        }
        return new Candidate(candidate, before, after);
    }

    private static boolean same(Fitting a, Fitting b) {
        return a.plug().equals(b.plug()) && a.offer().part() == b.offer().part();
    }

    private Event takeOver(long step, Transaction transaction, Candidate candidate) {
        long began = System.nanoTime();
        var running = learner;
        candidate.learner().takeOver(running);
        if (transaction.change() instanceof Change.Back) {
            history.pop();
        } else {
            remember(running);
        }
        learner = candidate.learner();
        running.close();
        double pause = (System.nanoTime() - began) / 1e6;
        var change = transaction.change();
        var transfer = transfer(running, candidate);
        var before = Fitted.of(candidate.before());
        var after = Fitted.of(candidate.after());
        return change instanceof Change.Back
                ? new Event.RolledBack(step, transaction.cause(), before, after, transfer, pause)
                : new Event.Swapped(step, change.socket(), change.plugin(), change.options(), transaction.cause(), before, after,
                        transfer, pause);
    }

    private void remember(Learner replaced) {
        history.push(new Past(Fitted.of(replaced.decoder().rack().fittings().values()), replaced.variables(), replaced.births()));
        if (history.size() > REMEMBERED) {
            history.removeLast();
        }
    }

    private static Transfer transfer(Learner before, Candidate candidate) {
        var old = before.births().keySet();
        var now = candidate.learner().births();
        var changed = candidate.after().stream().map(fitting -> fitting.socket().path() + ".").toList();
        var carried = new ArrayList<String>();
        var reshaped = new ArrayList<String>();
        var started = new ArrayList<String>();
        int untouched = 0;
        for (var name : now.keySet().stream().sorted().toList()) {
            if (candidate.learner().reshaped().contains(name)) {
                reshaped.add(name);
            } else if (!old.contains(name)) {
                started.add(name);
            } else if (changed.stream().anyMatch(name::startsWith)) {
                carried.add(name);
            } else {
                untouched++;
            }
        }
        var lost = old.stream().filter(name -> !now.containsKey(name)).sorted().toList();
        return new Transfer(untouched, carried, reshaped, started, lost);
    }

    private static Event refused(long step, Transaction transaction, Throwable reason) {
        var change = transaction.change();
        var text = reason instanceof UserError ? reason.getMessage() : reason.toString();
        return new Event.Refused(step, change.socket(), change.plugin(), change.options(), transaction.cause(), List.of(), text);
    }

    /** What {@code status} and tests see of the swaps that wait. */
    synchronized Map<Long, String> waiting() {
        var waiting = new java.util.TreeMap<Long, String>();
        scheduled.forEach(transaction -> waiting.put(transaction.step(), transaction.change().socket() + " ← " + transaction.change().plugin()));
        return waiting;
    }

    /** Refuses what was not installed. */
    @Override
    public void close() {
        builder.shutdownNow();
        List<Transaction> left;
        synchronized (this) {
            left = List.copyOf(scheduled);
            scheduled.clear();
        }
        left.forEach(transaction -> transaction.outcome().completeExceptionally(new UserError(
                "the run ended before step " + transaction.step() + ", at which the swap was to take effect")));
        learner.close();
    }
}

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
import patchbay.model.Offer;
import patchbay.model.Provider;
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
    /** Steps after a swap in which a fault is blamed on it and undoes it. */
    private static final int PROBATION = 10;

    private final Archive archive;
    private final Duration limit;
    private final Deque<Transaction> scheduled = new ArrayDeque<>();
    private final Deque<Past> history = new ArrayDeque<>();
    private final ExecutorService builder = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("swap-builder").factory());
    private volatile Learner learner;
    private Optional<Probation> probation = Optional.empty();

    /** @param limit how long a candidate may take to be built and tried */
    Swaps(Archive archive, Learner learner, Duration limit) {
        this.archive = archive;
        this.learner = learner;
        this.limit = limit;
    }

    /** A swap on its way. */
    private static final class Transaction {

        private final long step;
        private final Change change;
        private final String cause;
        private final CompletableFuture<Event> outcome = new CompletableFuture<>();
        private volatile CompletableFuture<Candidate> prepared = new CompletableFuture<>();

        Transaction(long step, Change change, String cause) {
            this.step = step;
            this.change = change;
            this.cause = cause;
        }
    }

    /** The model before the last swap with all of its values, for as long as the swap may have to be undone. */
    private record Probation(long step, Past past, Event.Swapped swap) {}

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
        long due = scheduled.isEmpty() ? step : Math.max(step, scheduled.getLast().step);
        var transaction = new Transaction(due, change, cause);
        scheduled.add(transaction);
        if (scheduled.size() == 1) {
            prepare(transaction);
        }
        return transaction.outcome;
    }

    /** Whether a swap is to take effect now that {@code step} steps are done. */
    synchronized boolean due(long step) {
        return !scheduled.isEmpty() && scheduled.getFirst().step <= step;
    }

    /** The step of the next swap, if there is one. */
    synchronized Optional<Long> next() {
        return Optional.ofNullable(scheduled.peekFirst()).map(transaction -> transaction.step);
    }

    /** Waits for the swap that is due and installs it, or says why not. Called by the run's thread between two steps. */
    Event install(long step) {
        Transaction transaction;
        synchronized (this) {
            transaction = scheduled.getFirst();
        }
        Event event;
        try {
            var candidate = transaction.prepared.join();
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
        transaction.outcome.complete(event);
        return event;
    }

    private void prepare(Transaction transaction) {
        var prepared = transaction.prepared;
        builder.execute(() -> {
            try {
                prepared.complete(Guard.within(limit, "building the changed model", () -> build(transaction, transaction.change)));
            } catch (UserError refusal) {
                prepared.completeExceptionally(refusal);
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
                ? running.candidate(decoder, transaction.step, history.peek().variables(), history.peek().births())
                : running.candidate(decoder, transaction.step);
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
        try {
            candidate.learner().takeOver(running);
        } catch (RuntimeException failure) {
            candidate.learner().close();
            throw failure;
        }
        boolean back = transaction.change instanceof Change.Back;
        if (back) {
            history.pop();
        } else {
            remember(running);
        }
        var spare = back ? Optional.<Past>empty() : Optional.of(new Past(history.peek().sockets(), running.variables().copy(), running.births()));
        learner = candidate.learner();
        running.close();
        double pause = (System.nanoTime() - began) / 1e6;
        var change = transaction.change;
        var transfer = transfer(running, candidate);
        var before = Fitted.of(candidate.before());
        var after = Fitted.of(candidate.after());
        if (spare.isEmpty()) {
            probation = Optional.empty();
            return new Event.RolledBack(step, transaction.cause, before, after, transfer, pause);
        }
        var swapped = new Event.Swapped(step, change.socket(), change.plugin(), change.options(), transaction.cause, before, after,
                transfer, pause);
        probation = Optional.of(new Probation(step, spare.get(), swapped));
        return swapped;
    }

    /** Whether a fault now is blamed on the last swap. */
    boolean onProbation(long step) {
        if (probation.isPresent() && step >= probation.get().step() + PROBATION) {
            probation = Optional.empty();
        }
        return probation.isPresent();
    }

    /**
     * Undoes the swap that is on probation, and every step since, by the values that were kept. Called by the run's thread.
     *
     * @return tells the step from which the run goes on
     */
    Event.RolledBack rewind(String fault) {
        long began = System.nanoTime();
        var kept = probation.orElseThrow();
        var failed = learner;
        var rack = Change.fit(failed.decoder().rack(), kept.past().sockets(), archive);
        learner = failed.restored(new Decoder(rack, failed.decoder().vocabulary()), kept.past().variables(), kept.past().births());
        failed.close();
        history.pop();
        probation = Optional.empty();
        synchronized (this) {
            if (!scheduled.isEmpty()) { // what was prepared shares the failed model's values
                scheduled.getFirst().prepared = new CompletableFuture<>();
                prepare(scheduled.getFirst());
            }
        }
        var swap = kept.swap();
        return new Event.RolledBack(kept.step(), fault, swap.after(), swap.before(), Transfer.none(), (System.nanoTime() - began) / 1e6);
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

    private Event refused(long step, Transaction transaction, Throwable reason) {
        var change = transaction.change;
        var text = reason instanceof UserError ? reason.getMessage() : reason.toString();
        return new Event.Refused(step, change.socket(), change.plugin(), change.options(), transaction.cause, providers(change), text);
    }

    private List<Provider> providers(Change change) {
        return archive.offers().stream().filter(offer -> offer.name().equals(change.plugin())).map(Offer::provider).distinct().toList();
    }

    /** What {@code status} and tests see of the swaps that wait. */
    synchronized Map<Long, String> waiting() {
        var waiting = new java.util.TreeMap<Long, String>();
        scheduled.forEach(transaction -> waiting.put(transaction.step, transaction.change.socket() + " ← " + transaction.change.plugin()));
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
        left.forEach(transaction -> transaction.outcome.completeExceptionally(new UserError(
                "the run ended before step " + transaction.step + ", at which the swap was to take effect")));
        learner.close();
    }
}

package patchbay.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import patchbay.lab.record.Event;
import patchbay.lab.record.Fitted;
import patchbay.lab.record.Transfer;
import patchbay.model.Offer;
import patchbay.model.Provider;
import patchbay.tensor.Engine;
import patchbay.tensor.KernelError;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.training.Learner;

/**
 * The swaps of one run, each a transaction: the candidate is built, compiled and tried beside the running model, and takes
 * over between two steps. Those of the experiment or of a record have a step of their own, and the run waits for them there;
 * one that is asked for takes effect as soon as it is ready, and the run does not wait. Whatever fails leaves the running
 * model as it was.
 */
final class Swaps implements AutoCloseable {

    /** How many swaps can be taken back. */
    private static final int REMEMBERED = 8;
    /** How many times as long an engine that compiles for a device may take while a run has the processor as well. */
    private static final double BESIDE_A_RUN = 2;
    /** How many times as far off as a build takes a step is too far to wait for. */
    private static final int FAR = 10;
    /** Steps after a swap in which a fault is blamed on it and undoes it. */
    private static final int PROBATION = 10;

    private final Archive archive;
    private final Engines engines;
    private final RunData data;
    private final Duration limit;
    private final Path refusedCode;
    private final Pace pace;
    private final Deque<Transaction> planned = new ArrayDeque<>();
    private final Deque<Transaction> asked = new ArrayDeque<>();
    private final Deque<Past> history = new ArrayDeque<>();
    private final Deque<Probation> probations = new ArrayDeque<>();
    private final ExecutorService builders = Executors.newVirtualThreadPerTaskExecutor();
    /** The model that is in use; none once the run has ended, so that the classes of its plugins can go. */
    private volatile Optional<Learner> inUse = Optional.empty();
    private volatile List<Fitted> wiring = List.of();
    private volatile Optional<Engine> engine = Optional.empty();
    private volatile Learner.Size size = new Learner.Size(0, 0);
    /** How long the last candidate took to be built and tried, and a little more. */
    private volatile double buildSeconds = 0.7;

    /** What the run tells of itself. */
    interface Pace {

        /** The earliest step at which a model that begins to be built now could take over. */
        long soonest(double buildSeconds);

        /** Something is ready, or refused. On any thread. */
        void ready();
    }

    /**
     * @param limit how long a candidate may take to be built and tried, beside what its engine needs to compile it
     * @param refusedCode folder for code that was generated for a device and did not compile
     */
    Swaps(Archive archive, Engines engines, Learner learner, RunData data, Duration limit, Path refusedCode, Pace pace) {
        this.refusedCode = refusedCode;
        this.archive = archive;
        this.engines = engines;
        this.data = data;
        this.limit = limit;
        this.pace = pace;
        if (learner.engine().compileTime().isPositive()) {
            buildSeconds = BESIDE_A_RUN * learner.compileTime().toMillis() / 1000.0;
        }
        use(learner);
    }

    private void use(Learner learner) {
        wiring = Fitted.of(learner.model().rack().fittings().values());
        size = learner.size();
        engine = Optional.of(learner.engine());
        inUse = Optional.of(learner);
    }

    /**
     * The model before a swap with all of its values, for as long as the swap may have to be undone.
     *
     * @param replaced the swap's entry in the history
     */
    private record Probation(long step, Past replaced, Past kept, Event.Swapped swap) {}

    /**
     * The model that is in use.
     *
     * @throws UserError if the run has ended
     */
    Learner learner() {
        return inUse.orElseThrow(() -> new UserError("the run has ended"));
    }

    /** What is in the sockets, or was when the run ended. */
    List<Fitted> wiring() {
        return wiring;
    }

    /** The engine that the model is on, or was when the run ended. */
    Engine engine() {
        return engine.orElseThrow();
    }

    Learner.Size size() {
        return size;
    }

    /** Has {@code change} take effect when {@code step} steps are done; in order of their steps. */
    synchronized CompletableFuture<Event> plan(long step, Change change, String cause) {
        var transaction = new Transaction(step, change, cause);
        planned.add(transaction);
        if (planned.size() == 1) {
            prepare(transaction);
        }
        return transaction.outcome;
    }

    /**
     * Has {@code change} take effect as soon as it is ready, after what was asked for before.
     *
     * @return what came of it: a {@link Event.Swapped}, {@link Event.RolledBack} or {@link Event.Refused}
     */
    synchronized CompletableFuture<Event> ask(Change change, String cause) {
        var transaction = new Transaction(0, change, cause);
        asked.add(transaction);
        if (asked.size() == 1) {
            prepare(transaction);
        }
        return transaction.outcome;
    }

    /** How long compiling the changed model may well take: a part of what is allowed. */
    double compileSeconds(Change change) {
        var name = change instanceof Change.Move move ? move.plugin() : engine().name();
        return engines.all().stream().filter(on -> on.name().equals(name)).mapToDouble(on -> on.compileTime().toMillis() / 4000.0).sum();
    }

    /** Whether {@code change} waits already. */
    synchronized boolean isAsked(Change change) {
        return asked.stream().anyMatch(transaction -> transaction.change.equals(change));
    }

    /** Whether something is to be installed, or told, now that {@code step} steps are done. */
    synchronized boolean due(long step) {
        hasten(step);
        return next(step).isPresent();
    }

    /** What is ready for a step that is much further off than building it anew would take, as steps have become slow or builds quick, is built for a nearer one. */
    private void hasten(long step) {
        Optional.ofNullable(asked.peekFirst())
                .filter(first -> first.isPrepared() && first.basis == learner() && !first.suits(step) && !first.prepared.isCompletedExceptionally())
                .filter(first -> first.step - step > FAR * (pace.soonest(first.patience * buildSeconds) - step)).ifPresent(this::prepare);
    }

    private Optional<Transaction> next(long step) {
        if (!planned.isEmpty() && planned.getFirst().step <= step) {
            return Optional.of(planned.getFirst());
        }
        return Optional.ofNullable(asked.peekFirst())
                .filter(first -> first.isPrepared() && (first.step <= step || first.suits(step) || first.prepared.isCompletedExceptionally()));
    }

    /** The run stands still: what was to take over at a later step need not wait for it. */
    synchronized void hurry(long step) {
        if (!asked.isEmpty() && asked.getFirst().step > step && !asked.getFirst().suits(step)) {
            prepare(asked.getFirst());
        }
    }

    /**
     * Installs what is due, or says why not. Called by the run's thread between two steps.
     *
     * @return empty if nothing came of it that is worth telling
     */
    Optional<Event> install(long step) {
        long began = System.nanoTime();
        Transaction transaction;
        boolean waits;
        synchronized (this) {
            transaction = next(step).orElseThrow();
            waits = transaction == planned.peekFirst();
        }
        Event event;
        try {
            var candidate = prepared(transaction, step, waits);
            if (candidate.isEmpty()) {
                return Optional.empty();
            }
            event = takeOver(step, transaction, candidate.get(), began);
        } catch (CompletionException refusal) {
            event = refused(step, transaction, refusal.getCause());
        } catch (RuntimeException failure) { // the plugin's own rule for carrying values over
            event = refused(step, transaction, failure);
        }
        synchronized (this) {
            (waits ? planned : asked).removeFirst();
            prepareFirst();
        }
        transaction.outcome.complete(event);
        return transaction.change instanceof Change.Refresh && isNothing(event) ? Optional.empty() : Optional.of(event);
    }

    /** The transaction's candidate if it fits this very moment; one that does not is built anew, and only a planned one waited for. */
    private Optional<Candidate> prepared(Transaction transaction, long step, boolean waits) {
        while (true) {
            boolean refused = transaction.prepared.handle((candidate, refusal) -> refusal != null).join();
            synchronized (this) {
                if (transaction.basis == learner() && (refused || transaction.suits(step))) {
                    return Optional.of(transaction.prepared.join());
                }
                transaction.step = step;
                transaction.patience *= 2;
                prepare(transaction);
            }
            if (!waits) {
                return Optional.empty();
            }
        }
    }

    /** The first of either kind, unless that is under way beside the present model. */
    private void prepareFirst() {
        for (var queue : List.of(planned, asked)) {
            var first = queue.peekFirst();
            if (first != null && first.basis != learner()) {
                prepare(first);
            }
        }
    }

    private void prepare(Transaction transaction) {
        if (transaction.prepared != null) {
            transaction.prepared.thenAccept(unwanted -> unwanted.learner().close());
        }
        if (!planned.contains(transaction)) {
            transaction.step = pace.soonest(transaction.patience * buildSeconds);
        }
        long step = transaction.step;
        var basis = learner();
        var past = Optional.ofNullable(history.peek());
        var prepared = new CompletableFuture<Candidate>();
        transaction.basis = basis;
        transaction.prepared = prepared;
        builders.execute(() -> {
            long began = System.nanoTime();
            try {
                var on = engines.named(transaction.change.engine(basis.engine().name(), past));
                var candidate = Guard.within(limit.plus(on.compileTime()), "building the changed model",
                        () -> Candidate.build(basis, transaction.change, on, archive, past, data, step), late -> late.learner().close());
                buildSeconds = Math.max(0.1, 1.3 * (System.nanoTime() - began) / 1e9);
                prepared.complete(candidate);
            } catch (UserError refusal) {
                prepared.completeExceptionally(refusal);
            }
            pace.ready();
        });
    }

    private Event takeOver(long step, Transaction transaction, Candidate candidate, long began) {
        var running = learner();
        try {
            candidate.learner().takeOver(running);
        } catch (RuntimeException failure) {
            candidate.learner().close();
            throw failure;
        }
        var change = transaction.change;
        var transfer = candidate.transferFrom(running);
        var before = candidate.before();
        var after = candidate.after();
        boolean back = change instanceof Change.Back;
        var kept = back ? Optional.<Variables>empty() : Optional.of(running.variables().copy());
        synchronized (this) {
            if (back) {
                var undone = history.pop();
                probations.removeIf(probation -> probation.replaced() == undone);
            } else {
                remember(running, candidate.learner(), change);
            }
            use(candidate.learner());
        }
        running.close();
        if (back) {
            return new Event.RolledBack(step, transaction.cause, before, after, transfer, millisSince(began));
        }
        var swapped = new Event.Swapped(step, change.socket(), change.plugin(), change.options(), transaction.cause, before, after,
                transfer, millisSince(began));
        var replaced = history.peek();
        probations.push(new Probation(step, replaced, replaced.with(kept.orElseThrow()), swapped));
        return swapped;
    }

    private static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e6;
    }

    /** Whether a fault now is blamed on a swap. */
    boolean onProbation(long step) {
        probations.removeIf(probation -> step >= probation.step() + PROBATION);
        return !probations.isEmpty();
    }

    /**
     * Undoes the last swap that is on probation, and every step since, by the values that were kept. Called by the run's thread.
     *
     * @return tells the step from which the run goes on
     */
    Event.RolledBack rewind(String fault) {
        long began = System.nanoTime();
        var probation = probations.pop();
        var failed = learner();
        var kept = probation.kept();
        var rack = Change.rack(kept.model(), kept.sockets(), archive);
        var restored = failed.restored(engines.named(kept.engine()), failed.model().with(rack), kept.variables(), kept.births());
        synchronized (this) {
            use(restored);
            while (history.pop() != probation.replaced()) {
                continue; // swaps that were taken back are no longer there
            }
            prepareFirst();
        }
        failed.close();
        var swap = probation.swap();
        return new Event.RolledBack(probation.step(), fault, swap.after(), swap.before(), Transfer.none(), millisSince(began));
    }

    private void remember(Learner replaced, Learner successor, Change change) {
        var lost = replaced.variables().fork();
        var present = successor.variables();
        List.copyOf(lost.names()).stream().filter(name -> present.contains(name) && present.type(name).equals(lost.type(name)) && !successor.anew().contains(name))
                .forEach(lost::remove);
        history.push(Past.of(replaced, change, lost));
        if (history.size() > REMEMBERED) {
            history.removeLast();
        }
    }

    private Event refused(long step, Transaction transaction, Throwable reason) {
        var change = transaction.change;
        var text = switch (reason) {
            case KernelError error -> error.movedTo(refusedCode).getMessage();
            case UserError mistake -> mistake.getMessage();
            default -> reason.toString();
        };
        return new Event.Refused(step, change.socket(), change.plugin(), change.options(), transaction.cause, providers(change), text);
    }

    /** Whether a swap was refused because it had no effect. */
    static boolean isNothing(Event event) {
        return event instanceof Event.Refused refused && refused.reason().equals(Candidate.NOTHING);
    }

    private List<Provider> providers(Change change) {
        if (change instanceof Change.Refresh refresh) {
            return List.of(refresh.provider());
        }
        return archive.offers().stream().filter(offer -> offer.name().equals(change.plugin())).map(Offer::provider).distinct().toList();
    }

    /** What {@code status} and tests see of the swaps that wait. */
    synchronized Map<Long, String> waiting() {
        var waiting = new TreeMap<Long, String>();
        Stream.concat(planned.stream(), asked.stream()).forEach(transaction -> waiting.merge(transaction.step,
                transaction.change.socket() + " ← " + transaction.change.plugin(), (one, other) -> one + ", " + other));
        return waiting;
    }

    /** Refuses what was not installed. */
    @Override
    public void close() {
        builders.shutdownNow();
        List<Transaction> left;
        synchronized (this) {
            left = Stream.concat(planned.stream(), asked.stream()).toList();
            planned.clear();
            asked.clear();
            history.clear();
            probations.clear();
        }
        left.forEach(transaction -> transaction.outcome.completeExceptionally(new UserError(
                "the run ended before the swap could take effect")));
        learner().close();
        inUse = Optional.empty();
    }
}

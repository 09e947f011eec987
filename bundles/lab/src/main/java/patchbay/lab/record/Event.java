package patchbay.lab.record;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import patchbay.model.Provider;

/**
 * Something that happened in a run. In the journal each is one object with its record's name as {@code type}
 * ({@code rolled-back}) and the {@code time} in UTC.
 */
public sealed interface Event {

    /** How many steps were done when it took effect. */
    long step();

    /** The run began, with these plugins in its sockets. */
    record Started(long step, List<Fitted> wiring) implements Event {
        public Started {
            wiring = List.copyOf(wiring);
        }
    }

    /**
     * The run begins with what another one had learnt.
     *
     * @param run the other
     * @param of how many steps the other had done
     * @param same parameters that were taken as they are
     * @param copied parameters of experts that are copies of a dense feed-forward
     * @param started parameters that start from their first values
     */
    record Inherited(long step, String run, long of, int same, int copied, int started) implements Event {

        /** Such as {@code what quickstart-1 had learnt in 500 steps}. */
        public String source() {
            return "what " + run + " had learnt" + (of == 0 ? "" : " in " + of + " steps");
        }
    }

    /**
     * The run went on from a checkpoint; what had happened after that does not count any more.
     *
     * @param checkpoint path inside the run's folder
     * @param journalled how many entries the journal had when the checkpoint's state was taken ({@link Journal#size()}, kept
     *         in the checkpoint): the swaps of the very step of a checkpoint can be before it or after it
     */
    record Resumed(long step, String checkpoint, long journalled, List<Fitted> wiring) implements Event {
        public Resumed {
            wiring = List.copyOf(wiring);
        }
    }

    /**
     * Plugins were exchanged, or what of the model learns, or whom routers follow.
     *
     * @param socket as asked for: a path or a pattern
     * @param plugin as asked for; {@link #FROZEN} or {@link #LEARNING} where {@code socket} is what is, {@link #IMPOSED} or {@link #OWN}
     *         where another run's selections are imposed on routers, or are no more; {@link #NONE} where an expert has left
     * @param cause {@code planned}, {@code command}, {@code bundle updated} …
     * @param before what was in the changed sockets
     * @param after what is in them since
     * @param pauseMillis how long the training stood still
     */
    record Swapped(long step, String socket, String plugin, Map<String, Object> options, String cause,
            List<Fitted> before, List<Fitted> after, Transfer transfer, double pauseMillis) implements Event {

        public static final String FROZEN = "(frozen)";
        public static final String LEARNING = "(learning)";
        public static final String IMPOSED = "(imposed)";
        public static final String OWN = "(own)";
        public static final String NONE = "-";

        public Swapped {
            options = Collections.unmodifiableMap(new TreeMap<>(options));
            before = List.copyOf(before);
            after = List.copyOf(after);
        }
    }

    /**
     * A swap was asked for and did not pass; the run went on as it was.
     *
     * @param providers the bundles that the refused plugins came from; none if there was no such plugin
     */
    record Refused(long step, String socket, String plugin, Map<String, Object> options, String cause,
            List<Provider> providers, String reason) implements Event {
        public Refused {
            options = Collections.unmodifiableMap(new TreeMap<>(options));
            providers = List.copyOf(providers);
        }
    }

    /** The last swap was taken back. */
    record RolledBack(long step, String cause, List<Fitted> before, List<Fitted> after, Transfer transfer, double pauseMillis)
            implements Event {
        public RolledBack {
            before = List.copyOf(before);
            after = List.copyOf(after);
        }
    }

    /**
     * The model was measured on held-out text.
     *
     * @param loss in nats a token or an example
     * @param counts tokens of each expert, by the path of the mixture layer
     * @param measures what else was measured, by name, in the order measured; none in journals of earlier versions
     */
    record Evaluated(long step, double loss, Map<String, List<Long>> counts, Map<String, Double> measures) implements Event {
        public Evaluated {
            measures = Collections.unmodifiableMap(new LinkedHashMap<>(Optional.ofNullable(measures).orElse(Map.of())));
            counts = Collections.unmodifiableMap(new TreeMap<>(counts));
        }

        /** Of the loss alone. */
        public Evaluated(long step, double loss, Map<String, List<Long>> counts) {
            this(step, loss, counts, Map.of());
        }
    }

    /** @param path inside the run's folder */
    record Checkpointed(long step, String path, double seconds) implements Event {}

    record CheckpointFailed(long step, String reason) implements Event {}

    record Sampled(long step, String prompt, String text) implements Event {}

    record Paused(long step) implements Event {}

    record Unpaused(long step) implements Event {}

    /** Ended before its last step because somebody wanted so. */
    record Stopped(long step, String reason) implements Event {}

    /** Ended by a fault. */
    record Failed(long step, String reason) implements Event {}

    record Finished(long step) implements Event {}

    /** A plugin can be asked for since. */
    record PluginArrived(long step, String kind, String plugin, Provider provider) implements Event {}

    /** A plugin cannot be asked for any more. A run that uses it keeps it. */
    record PluginGone(long step, String kind, String plugin, Provider provider) implements Event {}

    record Warning(long step, String text) implements Event {}
}

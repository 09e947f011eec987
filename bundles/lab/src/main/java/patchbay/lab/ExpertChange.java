package patchbay.lab;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import patchbay.lab.record.Event;
import patchbay.lab.record.RunFolder;
import patchbay.model.Plug;
import patchbay.model.Rack;
import patchbay.model.Socket;
import patchbay.tensor.UserError;
import patchbay.training.Succession;

/** A change of which experts a model has. */
sealed interface ExpertChange extends Change {

    /** The option under which a record keeps whom a new expert copies, or which expert of another run it is. */
    String FROM = "from";
    /** The option under which a record keeps the hash of a new expert's values. */
    String SHA256 = "sha256";
    /** The options under which a record keeps who takes over from an expert that leaves, and the leaving one's share in each layer. */
    String MERGE = "merge";
    String SHARES = "shares";

    /**
     * An expert more in every mixture layer.
     *
     * @param from the expert that it begins as a copy of, by number or name; empty for none
     */
    record Add(String name, Plug plug, String from) implements ExpertChange {

        @Override
        public String socket() {
            return Socket.extras(name);
        }

        @Override
        public String plugin() {
            return plug.plugin();
        }

        /** The plugin's, and whom it copies. */
        @Override
        public Map<String, Object> options() {
            var options = new TreeMap<>(plug.options());
            if (!from.isEmpty()) {
                options.put(FROM, from);
            }
            return options;
        }

        @Override
        public Succession succession() {
            return from.isEmpty() ? Succession.none() : Succession.copies(Map.of(name, from));
        }

        @Override
        public Rack apply(Rack rack, Archive archive, Optional<Past> past) {
            if (!from.isEmpty() && !rack.settings().expertNames().contains(from)) {
                throw UserError.unknown("expert", from, rack.settings().expertNames());
            }
            return rack.withExpert(name, plug, archive);
        }
    }

    /** An expert of another run more in every mixture layer. */
    record Import(ImportedExpert expert) implements ExpertChange {

        @Override
        public String socket() {
            return Socket.extras(expert.name());
        }

        @Override
        public String plugin() {
            return expert.plug().plugin();
        }

        /** The plugin's, where it comes from, and the hash of its values. */
        @Override
        public Map<String, Object> options() {
            var options = new TreeMap<>(expert.plug().options());
            options.put(FROM, expert.origin());
            options.put(SHA256, expert.sha256());
            return options;
        }

        @Override
        public Succession succession() {
            return Succession.values(expert.values());
        }

        @Override
        public Rack apply(Rack rack, Archive archive, Optional<Past> past) {
            return rack.withExpert(expert.name(), expert.plug(), archive);
        }
    }

    /**
     * An expert less in every mixture layer: its tokens go to whom the router prefers next.
     *
     * @param merge who takes over a part of its parameters, if it is one of those that share a plugin
     */
    record Remove(String name, Optional<Succession.Merge> merge) implements ExpertChange {

        @Override
        public String socket() {
            return Socket.extras(name);
        }

        @Override
        public String plugin() {
            return Event.Swapped.NONE;
        }

        @Override
        public Map<String, Object> options() {
            return merge.<Map<String, Object>>map(into -> Map.of(MERGE, into.staying(), SHARES, into.shares())).orElse(Map.of());
        }

        @Override
        public Succession succession() {
            return merge.map(Succession::merging).orElse(Succession.none());
        }

        @Override
        public Rack apply(Rack rack, Archive archive, Optional<Past> past) {
            var sharing = rack.settings().sharing();
            merge.ifPresent(into -> {
                if (!sharing.contains(name)) {
                    throw new UserError(rack.settings().expertNames().contains(name) ? "expert " + name + " is of a kind of its own and cannot be merged"
                            : UserError.unknown("expert", name, rack.settings().expertNames()).getMessage());
                }
                if (!sharing.contains(into.staying()) || into.staying().equals(name)) {
                    throw UserError.unknown("expert to merge into", into.staying(), sharing.stream().filter(number -> !number.equals(name)).toList());
                }
            });
            return rack.withoutExpert(name, archive);
        }

        /** From its record. */
        @SuppressWarnings("unchecked") // JSON's own types
        static Remove again(String name, Map<String, Object> options) {
            var shares = (Map<String, Double>) options.getOrDefault(SHARES, Map.of());
            return new Remove(name, Optional.ofNullable(options.get(MERGE)).map(into -> new Succession.Merge(name, into.toString(), shares)));
        }
    }

    /** What an expert begins with that joins. */
    static Succession joining(Event.Swapped swapped, RunFolder folder) {
        var name = Socket.extraName(swapped.socket());
        var options = swapped.options();
        if (name.isEmpty() || !swapped.before().isEmpty() || !options.containsKey(FROM)) {
            return Succession.none();
        }
        return options.containsKey(SHA256) ? Succession.values(ImportedExpert.kept(folder, options.get(SHA256).toString()))
                : Succession.copies(Map.of(name.get(), options.get(FROM).toString()));
    }
}

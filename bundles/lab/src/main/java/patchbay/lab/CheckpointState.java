package patchbay.lab;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.lab.record.Fitted;
import patchbay.model.Building;
import patchbay.model.ModelSettings;
import patchbay.tensor.UserError;
import patchbay.tensor.Variables;
import patchbay.training.Births;
import patchbay.training.Learner;
import patchbay.training.checkpoint.Checkpoint;
import patchbay.training.checkpoint.Snapshot;

/**
 * What a checkpoint holds beside the values.
 *
 * @param sockets the plugins, by the hash of their bundles
 * @param births when each parameter joined
 * @param journalled entries of the journal when it was taken
 * @param removed experts that have left those that share a plugin
 * @param frozen what does not learn
 * @param imposedRouting the run whose selections the routers follow; empty for their own
 */
record CheckpointState(List<Fitted> sockets, Map<String, Long> births, long journalled, List<Integer> removed,
        List<String> frozen, String imposedRouting) {

    CheckpointState {
        removed = Optional.ofNullable(removed).orElse(List.of()); // one of earlier days does not say
        frozen = Optional.ofNullable(frozen).orElse(List.of());
        imposedRouting = Optional.ofNullable(imposedRouting).orElse("");
    }

    private static final JsonMapper JSON = JsonMapper.builder().build();

    static CheckpointState of(Learner learner, long journalled) {
        var rack = learner.model().rack();
        var model = rack.settings();
        return new CheckpointState(Fitted.of(rack.fittings().values()), learner.births(), journalled, model.removed(),
                model.frozen(), model.imposedRouting());
    }

    Map<String, Object> toMetadata() {
        return JSON.convertValue(this, new TypeReference<>() {});
    }

    static CheckpointState of(Checkpoint checkpoint) {
        try {
            return JSON.convertValue(checkpoint.manifest().metadata(), CheckpointState.class);
        } catch (IllegalArgumentException malformed) {
            throw new UserError(checkpoint.folder() + ": its manifest lacks what is needed to go on: "
                    + malformed.getMessage().lines().findFirst().orElse(""), malformed);
        }
    }

    /** The sizes of the model, which the experiment began with as {@code begun}. */
    ModelSettings model(ModelSettings begun) {
        return begun.withRemoved(removed).withFrozen(frozen).withImposedRouting(imposedRouting);
    }

    Births births(long step) {
        return Births.at(step, births);
    }

    /** Copies the model's values: parameters and state into one file, the optimizer's moments into another. */
    static void take(Learner learner, Snapshot snapshot) {
        var names = learner.variables().names().stream()
                .filter(name -> !name.startsWith(Building.CACHE) && !Learner.isTransient(name)).sorted().toList();
        snapshot.take(Checkpoint.PARAMETERS, learner.variables(), names.stream().filter(name -> !Learner.isMoment(name)).toList());
        snapshot.take(Checkpoint.OPTIMIZER, learner.variables(), names.stream().filter(Learner::isMoment).toList());
    }

    static void restore(Checkpoint checkpoint, Variables variables) {
        checkpoint.restore(Checkpoint.PARAMETERS, variables);
        checkpoint.restore(Checkpoint.OPTIMIZER, variables);
    }
}

package patchbay.memory;

import java.util.Optional;
import patchbay.tensor.UserError;

/**
 * How a long text is read, beside the sizes of the tiers, which are the attention's options.
 *
 * @param chunk tokens that are read at once
 * @param block tokens of which the persistent tier keeps the rows together
 * @param grain tokens whose keys' mean is a vector of the index; divides the block
 * @param probes what is searched for, at most so many vectors a chunk and head: means of runs of its queries
 * @param candidates vectors that the index gives for the probes of a chunk and head, whose keys are then compared one by one; many make up for a coarse grain
 * @param similarity of a query's vector and a block's
 * @param rest what becomes of keys that the working tier has no room for
 * @param working whether there is a working tier
 * @param shared the name of the persistent tier; empty for none
 */
public record MemorySettings(int chunk, int block, int grain, int probes, int candidates, Similarity similarity, Rest rest, boolean working, Optional<String> shared) {

    /** How near vectors of the index are. */
    public enum Similarity {
        /** By their angle. */
        cosine,
        /** As attention compares: by their product, in which length counts. */
        dot
    }

    /** What becomes of keys that the working tier has no room for. */
    public enum Rest {
        /** They are forgotten. */
        drop,
        /** Neighbours among them are replaced by their mean, which stands for all of them from then on. */
        mean
    }

    public MemorySettings {
        atLeastOne("chunk", chunk);
        atLeastOne("block", block);
        atLeastOne("grain", grain);
        atLeastOne("probes", probes);
        atLeastOne("candidates", candidates);
        if (block % grain != 0) {
            throw new UserError("grain is " + grain + "; it must divide the block of " + block);
        }
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new UserError(name + " is " + value + "; it must be at least 1");
        }
    }

    public static MemorySettings defaults() {
        return new MemorySettings(512, 32, 4, 16, 4096, Similarity.cosine, Rest.drop, true, Optional.empty());
    }

    /** With the persistent tier of that name. */
    public MemorySettings sharing(String name) {
        return new MemorySettings(chunk, block, grain, probes, candidates, similarity, rest, working, Optional.of(name));
    }

    /** With or without a working tier. */
    public MemorySettings working(boolean on) {
        return new MemorySettings(chunk, block, grain, probes, candidates, similarity, rest, on, shared);
    }
}

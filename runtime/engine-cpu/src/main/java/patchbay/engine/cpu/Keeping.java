package patchbay.engine.cpu;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import patchbay.tensor.DType;

/** What an engine's programs keep of what they prepare of variables: once for all programs, and no longer than one of them is in use. */
final class Keeping {

    private final long most;
    private final List<WeakReference<Kept>> held = new ArrayList<>();

    /** @param most bytes at the most */
    Keeping(long most) {
        this.most = most;
    }

    /** @return absent if there is no room for it */
    synchronized Optional<Kept> of(Preparation preparation, AtomicLong changes) {
        held.removeIf(reference -> reference.get() == null);
        var live = held.stream().map(WeakReference::get).filter(Objects::nonNull).toList();
        var same = live.stream().filter(kept -> kept.is(preparation)).findFirst();
        if (same.isPresent() || live.stream().mapToLong(Kept::memory).sum() + DType.F32.bytes(preparation.size()) > most) {
            return same;
        }
        var kept = new Kept(preparation, changes);
        held.add(new WeakReference<>(kept));
        return Optional.of(kept);
    }
}

package patchbay.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Tells which jars of a folder are new, changed or gone, once nobody writes to them any more. */
final class LoadFolder {

    /** A file whose size and time stay the same for as long is taken for complete. */
    private static final Duration SETTLE = Duration.ofMillis(100);
    /** A file last written this long ago was not written just now. */
    private static final Duration OLD = Duration.ofSeconds(2);

    private final Path folder;
    private final Clock clock;
    private final Map<String, Seen> files = new HashMap<>();

    LoadFolder(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * @param settled names of files that are new or changed, and complete as far as one can see; each is told once
     * @param gone names of files that are no longer there
     */
    record Changes(List<String> settled, List<String> gone) {}

    private record Stamp(long size, FileTime modified) {}

    private record Seen(Stamp stamp, Instant since, boolean told) {}

    Path file(String name) {
        return folder.resolve(name);
    }

    Changes changes() throws IOException {
        Map<String, Stamp> present = present();
        var gone = new ArrayList<String>();
        files.keySet().removeIf(name -> !present.containsKey(name) && gone.add(name));
        Instant now = clock.instant();
        var settled = new ArrayList<String>();
        present.forEach((name, stamp) -> {
            Seen before = files.get(name);
            Seen seen = before != null && before.stamp().equals(stamp) ? before : new Seen(stamp, now, false);
            if (!seen.told() && isSettled(seen, now)) {
                settled.add(name);
                seen = new Seen(stamp, seen.since(), true);
            }
            files.put(name, seen);
        });
        return new Changes(settled, gone);
    }

    /** Whether some file is still being written, so that it is worth while to look again soon. */
    boolean isWaiting() {
        return files.values().stream().anyMatch(seen -> !seen.told());
    }

    /** Whether the file was written so recently that the rest of it may be on its way. */
    boolean isRecent(String name) {
        Seen seen = files.get(name);
        return seen != null && clock.instant().isBefore(seen.since().plus(OLD))
                && clock.instant().isBefore(seen.stamp().modified().toInstant().plus(OLD));
    }

    /** Lets {@link #changes} tell this file again. */
    void again(String name) {
        files.computeIfPresent(name, (key, seen) -> new Seen(seen.stamp(), seen.since(), false));
    }

    private static boolean isSettled(Seen seen, Instant now) {
        return !now.isBefore(seen.since().plus(SETTLE)) || !now.isBefore(seen.stamp().modified().toInstant().plus(OLD));
    }

    private Map<String, Stamp> present() throws IOException {
        var present = new TreeMap<String, Stamp>();
        try (var jars = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path jar : jars) {
                stamp(jar).ifPresent(stamp -> present.put(jar.getFileName().toString(), stamp));
            }
        } catch (NoSuchFileException e) {
            return Map.of(); // the folder itself was taken away, and all that was in it
        }
        return present;
    }

    private static Optional<Stamp> stamp(Path jar) throws IOException {
        try {
            var attributes = Files.readAttributes(jar, BasicFileAttributes.class);
            return attributes.isRegularFile()
                    ? Optional.of(new Stamp(attributes.size(), attributes.lastModifiedTime()))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}

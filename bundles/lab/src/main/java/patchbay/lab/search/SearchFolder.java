package patchbay.lab.search;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import patchbay.lab.Experiment;
import patchbay.tensor.UserError;

/** The folder {@code searches/<id>}: the search's file, its base experiment as it was, and the log. The arms are runs like others. */
public record SearchFolder(Path path) {

    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** Makes a folder that no other search has. */
    static SearchFolder create(Path searches, Search search, Path file, Experiment base) {
        try {
            Files.createDirectories(searches);
            var id = search.name().replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[.-]+|[.-]+$", "") + "-" + STAMP.format(Instant.now());
            for (int i = 1; ; i++) {
                var path = searches.resolve(i == 1 ? id : id + "-" + i);
                try {
                    Files.createDirectory(path);
                } catch (FileAlreadyExistsException taken) {
                    continue;
                }
                var folder = new SearchFolder(path);
                Files.writeString(folder.base(), base.toYaml());
                Files.copy(file, folder.search()); // last: a folder with it is whole
                return folder;
            }
        } catch (IOException e) {
            throw new UserError("cannot make a folder for a search in " + searches + ": " + e, e);
        }
    }

    /** @param id the search's, or the beginning of no other's */
    public static SearchFolder find(Path searches, String id) {
        var ids = all(searches).stream().map(SearchFolder::id).toList();
        var matching = ids.contains(id) ? List.of(id) : ids.stream().filter(other -> !id.isEmpty() && other.startsWith(id)).toList();
        if (matching.size() > 1) {
            throw new UserError("search '" + id + "' is not one but " + matching.size() + ": " + String.join(", ", matching.stream().limit(12).toList()));
        }
        if (matching.isEmpty()) {
            throw UserError.unknown("search", id, ids);
        }
        return new SearchFolder(searches.resolve(matching.getFirst()));
    }

    /** Every search, the newest last. */
    public static List<SearchFolder> all(Path searches) {
        if (!Files.isDirectory(searches)) {
            return List.of();
        }
        try (var paths = Files.list(searches)) {
            return paths.map(SearchFolder::new).filter(folder -> Files.isRegularFile(folder.search()))
                    .sorted(java.util.Comparator.comparing(SearchFolder::made).thenComparing(SearchFolder::id)).toList();
        } catch (IOException e) {
            throw new UserError("cannot list the searches in " + searches + ": " + e, e);
        }
    }

    private Instant made() {
        try {
            return Files.getLastModifiedTime(search()).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH; // it was removed meanwhile; where it is listed does not matter
        }
    }

    public String id() {
        return path.getFileName().toString();
    }

    Path search() {
        return path.resolve("search.yaml");
    }

    Path base() {
        return path.resolve("base.yaml");
    }

    Path log() {
        return path.resolve("log.jsonl");
    }

    Path lock() {
        return path.resolve("lock");
    }
}

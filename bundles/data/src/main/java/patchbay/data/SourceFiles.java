package patchbay.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import patchbay.tensor.UserError;

/**
 * The files of one kind below a folder, or inside a zip that is opened as a file system, as documents. A file's domain is
 * the first folder of its path: a genre, a module.
 *
 * @param root where the paths begin
 * @param suffix what a wanted file's name ends with
 * @param rootDomain domain of the files that lie in the root itself
 */
record SourceFiles(Path root, String suffix, String rootDomain) {

    private record Item(String name, String domain, Path file, long size) {
    }

    /** Reads what the settings select; sizes are looked up first, so that nothing is read in vain. */
    Corpus read(String source, DataSettings settings) {
        var selection = new Selection(settings);
        try {
            var items = items();
            if (items.isEmpty()) {
                throw new UserError("data.path: no file *" + suffix + " in " + root);
            }
            var domains = items.stream().map(Item::domain).distinct().sorted().toList();
            selection.check(domains);
            var wanted = items.stream().filter(item -> selection.accepts(item.domain())).toList();
            var chosen = selection.choose(wanted.stream().mapToLong(Item::size).toArray());
            var documents = new ArrayList<Document>();
            for (int i = chosen.nextSetBit(0); i >= 0; i = chosen.nextSetBit(i + 1)) {
                var item = wanted.get(i);
                documents.add(new Document(item.name(), Utf8.read(item.file(), 0), domains.indexOf(item.domain())));
            }
            return Corpus.of(source, documents, domains);
        } catch (IOException e) {
            throw new UserError("data.path: cannot read " + root + ": " + Utf8.reason(e), e);
        }
    }

    private List<Item> items() throws IOException {
        List<Path> files;
        try (var walk = Files.walk(root)) {
            files = walk.filter(file -> file.toString().endsWith(suffix) && Files.isRegularFile(file)).toList();
        }
        var items = new ArrayList<Item>();
        for (var file : files) {
            var name = root.relativize(file).toString().replace('\\', '/'); // one order on every system
            int slash = name.indexOf('/');
            items.add(new Item(name, slash < 0 ? rootDomain : name.substring(0, slash), file, Files.size(file)));
        }
        items.sort(Comparator.comparing(Item::name));
        return items;
    }
}

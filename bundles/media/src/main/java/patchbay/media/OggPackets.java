package patchbay.media;

import com.jcraft.jogg.Packet;
import com.jcraft.jogg.Page;
import com.jcraft.jogg.StreamState;
import com.jcraft.jogg.SyncState;
import java.io.IOException;
import java.util.Optional;

/** The packets of an Ogg file's first stream (RFC 3533), until that ends; pages of others are passed over. */
final class OggPackets {

    private final SyncState pages = new SyncState();
    private final StreamState stream = new StreamState();
    private final Page page = new Page();
    private final Packet packet = new Packet();
    private boolean begun;
    private boolean ended;
    private int serial;

    OggPackets(byte[] file) {
        pages.init();
        int at = pages.buffer(file.length);
        System.arraycopy(file, 0, pages.data, at, file.length);
        pages.wrote(file.length);
    }

    /** The next packet, until the one after it is asked for. */
    Optional<Packet> next() throws IOException {
        while (true) {
            int found = begun ? stream.packetout(packet) : 0;
            if (found == 1) {
                return Optional.of(packet);
            }
            if (found < 0) {
                throw new IOException("one of its pages is missing");
            }
            if (ended) {
                return Optional.empty();
            }
            read();
        }
    }

    /** One more page into the stream. */
    private void read() throws IOException {
        int found = pages.pageout(page);
        if (found != 1) {
            throw new IOException(found == 0 ? "it ends early" : "one of its pages is broken");
        }
        if (!begun) {
            serial = page.serialno();
            stream.init(serial);
            begun = true;
        }
        if (page.serialno() != serial) {
            return;
        }
        if (stream.pagein(page) != 0) {
            throw new IOException("one of its pages is broken");
        }
        ended = page.eos() != 0;
    }

    /** Where the last page that was read ends, in samples: at the end, the sound's length; −1 if that page does not tell. */
    long position() {
        return page.granulepos();
    }
}

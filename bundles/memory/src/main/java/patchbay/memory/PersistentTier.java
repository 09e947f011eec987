package patchbay.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.store.NIOFSDirectory;
import patchbay.tensor.UserError;

/**
 * Blocks of all that was read, on disk: their rows in a file, and for every layer and key head an index of vectors, each the mean of a few tokens'
 * keys, that finds the nearest to a query in time that grows with the logarithm of their number (hierarchical navigable small worlds, Malkov and
 * Yashunin 2016, as Apache Lucene has them). Sessions of one process may share it; another process may not open it meanwhile.
 */
final class PersistentTier implements AutoCloseable {

    /** What a commit says of all. */
    private static final String BLOCKS = "blocks";
    private static final String LAYOUT = "layout";
    private static final String RADIUS = "radius";
    /** What the first document of a block says of it. */
    private static final String SESSION = "session";
    private static final String POSITION = "position";
    private static final String SOURCE = "source";
    private static final String OFFSET = "offset";
    private static final String TOKENS = "tokens";
    /** Lucene tells which vector instructions it uses; that concerns nobody here. Held, or the setting is collected. */
    private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

    static {
        LUCENE.setLevel(Level.WARNING);
    }

    private static final int NEIGHBOURS = 16;
    private static final int BEAM = 64;

    private final String name;
    private final Path folder;
    private final Layout layout;
    private final FSDirectory directory;
    private final IndexWriter writer;
    private final RowFile rows;
    private DirectoryReader reader;
    private Measure measure;
    private int blocks;
    private boolean fresh;

    private PersistentTier(String name, Path folder, Layout layout, FSDirectory directory, IndexWriter writer) throws IOException {
        this.name = name;
        this.folder = folder;
        this.layout = layout;
        this.directory = directory;
        this.writer = writer;
        var about = new HashMap<String, String>();
        if (writer.getLiveCommitData() != null) {
            writer.getLiveCommitData().forEach(entry -> about.put(entry.getKey(), entry.getValue()));
        }
        if (about.containsKey(LAYOUT) && !about.get(LAYOUT).equals(layout.toString())) {
            throw otherKind(name, about.get(LAYOUT), layout);
        }
        this.blocks = Integer.parseInt(about.getOrDefault(BLOCKS, "0"));
        this.measure = new Measure(layout.similarity(), Float.parseFloat(about.getOrDefault(RADIUS, "0")));
        this.rows = new RowFile(folder.resolve("rows"), layout, blocks);
        this.reader = DirectoryReader.open(writer);
        for (var leaf : reader.leaves()) {
            ((CodecReader) leaf.reader()).checkIntegrity();
        }
    }

    /**
     * Opens what is in the folder, or begins it.
     *
     * @throws UserError if it is damaged, of another model or in use by another process
     */
    static PersistentTier open(String name, Path folder, Layout layout) {
        FSDirectory directory = null;
        IndexWriter writer = null;
        try {
            Files.createDirectories(folder);
            directory = new NIOFSDirectory(folder.resolve("index")); // mapped files would count as this process' memory
            writer = new IndexWriter(directory, new IndexWriterConfig(null).setCodec(codec()).setMergeScheduler(new SerialMergeScheduler())
                    .setMergePolicy(new LogDocMergePolicy()) // merges neighbours alone: a document's place tells its block
                    .setCommitOnClose(false).setRAMBufferSizeMB(16));
            return new PersistentTier(name, folder, layout, directory, writer);
        } catch (LockObtainFailedException inUse) {
            throw new UserError("the memory '" + name + "' is in use by another process", abandoned(inUse, writer, directory));
        } catch (UserError mistake) {
            abandoned(mistake, writer, directory);
            throw mistake;
        } catch (IOException | RuntimeException damage) {
            throw damaged(name, folder, abandoned(damage, writer, directory));
        }
    }

    /** Fewer candidates while building than Lucene's 100: vectors are short, and {@link #search} asks for many. */
    private static Lucene104Codec codec() {
        return new Lucene104Codec() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return new Lucene99HnswVectorsFormat(NEIGHBOURS, BEAM);
            }
        };
    }

    private static Exception abandoned(Exception why, IndexWriter writer, FSDirectory directory) {
        try {
            if (writer != null) {
                writer.rollback();
            }
            if (directory != null) {
                directory.close();
            }
        } catch (IOException | RuntimeException also) {
            why.addSuppressed(also);
        }
        return why;
    }

    static UserError otherKind(String name, String there, Layout wanted) {
        return new UserError("the memory '" + name + "' is of another kind: " + there + ", not " + wanted + "; take another name");
    }

    private static UserError damaged(String name, Path folder, Exception why) {
        return new UserError("the memory '" + name + "' in " + folder + " is damaged (" + why.getMessage() + "): remove it with 'memory delete " + name
                + "'", why);
    }

    String name() {
        return name;
    }

    Layout layout() {
        return layout;
    }

    /** How many blocks are kept. */
    synchronized int blocks() {
        return blocks;
    }

    /** Bytes on disk. */
    synchronized long bytes() {
        try {
            long sum = (long) blocks * layout.bytes();
            for (var file : directory.listAll()) {
                sum += directory.fileLength(file);
            }
            return sum;
        } catch (IOException e) {
            throw damaged(name, folder, e);
        }
    }

    /**
     * Keeps a block.
     *
     * @param keys of each layer [block, G, D]
     * @param values of each layer [block, G, D]
     */
    synchronized void add(Block block, float[][] keys, float[][] values) {
        try {
            if (blocks == 0) {
                measure = Measure.fitting(layout.similarity(), layout.dim(), keys);
            }
            rows.write(blocks, keys, values);
            for (int from = 0; from < layout.block(); from += layout.grain()) {
                writer.addDocument(document(block, keys, from));
            }
            blocks++;
            fresh = true;
        } catch (IOException | RuntimeException e) {
            throw damaged(name, folder, e);
        }
    }

    private Document document(Block block, float[][] keys, int from) {
        var document = new Document();
        for (int layer = 0; layer < layout.layers(); layer++) {
            for (int g = 0; g < layout.groups(); g++) {
                document.add(measure.vector(field(layer, g), mean(keys[layer], g, from)));
            }
        }
        if (from == 0) {
            document.add(new StoredField(SESSION, block.session()));
            document.add(new StoredField(POSITION, block.position()));
            document.add(new StoredField(SOURCE, block.source()));
            document.add(new StoredField(OFFSET, block.offset()));
            var tokens = ByteBuffer.allocate(block.tokens().length * Integer.BYTES);
            tokens.asIntBuffer().put(block.tokens());
            document.add(new StoredField(TOKENS, tokens.array()));
        }
        return document;
    }

    private static String field(int layer, int group) {
        return layer + "." + group;
    }

    private float[] mean(float[] keys, int g, int from) {
        var mean = new float[layout.dim()];
        for (int row = from; row < from + layout.grain(); row++) {
            for (int d = 0; d < mean.length; d++) {
                mean[d] += keys[(row * layout.groups() + g) * mean.length + d] / layout.grain();
            }
        }
        return mean;
    }

    /**
     * The blocks with the keys that any of the {@code probes} [D] weighs most: the first of each probe, then the second of each, as scores of different
     * probes do not compare. The index, which knows but means of keys, gives the candidates; they are compared as attention does, by the product with
     * the best of the keys themselves.
     *
     * @param candidates vectors that the index gives, for all probes together
     * @param count blocks at most
     * @return their numbers
     */
    synchronized List<Integer> search(int layer, int group, List<float[]> probes, int candidates, int count) {
        try {
            refresh();
            var searcher = new IndexSearcher(reader);
            int each = Math.ceilDiv(candidates, probes.size());
            var ranked = new ArrayList<List<Integer>>();
            for (var probe : probes) {
                ranked.add(byBestKey(layer, group, probe, searcher.search(measure.query(field(layer, group), probe, each), each).scoreDocs));
            }
            return IntStream.range(0, count).boxed().flatMap(rank -> ranked.stream().filter(found -> rank < found.size()).map(found -> found.get(rank)))
                    .distinct().limit(count).toList();
        } catch (IOException | RuntimeException e) {
            throw damaged(name, folder, e);
        }
    }

    /** The blocks of what the index found, the one with the best key first. */
    private List<Integer> byBestKey(int layer, int group, float[] probe, ScoreDoc[] found) throws IOException {
        var keys = new float[layout.block() * layout.dim()];
        var best = new HashMap<Integer, Float>();
        for (int block : Arrays.stream(found).mapToInt(hit -> hit.doc / vectors()).distinct().toArray()) {
            rows.readKeys(block, layer, group, keys);
            best.put(block, bestProduct(probe, keys));
        }
        return best.entrySet().stream().sorted(Map.Entry.<Integer, Float>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey).toList();
    }

    /** The greatest product of a probe [D] and one of the keys [rows, D]. */
    private static float bestProduct(float[] probe, float[] keys) {
        float best = Float.NEGATIVE_INFINITY;
        for (int row = 0; row < keys.length; row += probe.length) {
            float product = 0;
            for (int d = 0; d < probe.length; d++) {
                product += probe[d] * keys[row + d];
            }
            best = Math.max(best, product);
        }
        return best;
    }

    /** Documents of a block. */
    private int vectors() {
        return layout.block() / layout.grain();
    }

    private void refresh() throws IOException {
        if (fresh) {
            var renewed = DirectoryReader.openIfChanged(reader, writer);
            if (renewed != null) {
                reader.close();
                reader = renewed;
            }
            fresh = false;
        }
    }

    /** Reads what key head {@code group} of a layer keeps of a block: {@code keys} [block, D] and {@code values} [block, D]. */
    synchronized void read(int number, int layer, int group, float[] keys, float[] values) {
        try {
            rows.read(number, layer, group, keys, values);
        } catch (IOException e) {
            throw damaged(name, folder, e);
        }
    }

    /** Where a block came from. */
    synchronized Block block(int number) {
        try {
            refresh();
            var stored = reader.storedFields().document(number * vectors());
            var bytes = stored.getBinaryValue(TOKENS);
            var tokens = new int[layout.block()];
            ByteBuffer.wrap(bytes.bytes, bytes.offset, bytes.length).asIntBuffer().get(tokens);
            return new Block(stored.get(SESSION), stored.getField(POSITION).numericValue().longValue(), stored.get(SOURCE),
                    stored.getField(OFFSET).numericValue().longValue(), tokens);
        } catch (IOException | RuntimeException e) {
            throw damaged(name, folder, e);
        }
    }

    /** Makes what was added so far survive the process. */
    synchronized void commit() {
        try {
            rows.force();
            writer.setLiveCommitData(Map.of(BLOCKS, Integer.toString(blocks), LAYOUT, layout.toString(), RADIUS, Float.toString(measure.radius())).entrySet());
            writer.commit();
        } catch (IOException | RuntimeException e) {
            throw damaged(name, folder, e);
        }
    }

    /** Commits and closes. */
    @Override
    public synchronized void close() {
        var last = reader;
        try (directory; rows; writer; last) {
            commit();
        } catch (IOException e) {
            throw damaged(name, folder, e);
        }
    }
}

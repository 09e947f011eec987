package patchbay.weights;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import patchbay.tensor.UserError;
import patchbay.weights.safetensors.Dtype;

/**
 * The tensors of a TensorFlow checkpoint (version 2): {@code NAME.index} says where they lie in the shards
 * {@code NAME.data-00000-of-00001} beside it. Strings and variables in slices are passed over.
 */
public final class TensorFlowWeights implements WeightsFile {

    static final String ENDING = ".index";

    private static final int MOST_SHARDS = 1000;

    private final Path file;
    private final Map<String, Entry> entries;
    private final List<Weight> weights;
    private final List<DataFile> shards;

    /** @param sum of the bytes, as {@link MaskedCrc} has it; 0 for none */
    private record Entry(Weight weight, int shard, long at, int sum) {}

    private TensorFlowWeights(Path file, Map<String, Entry> entries, List<DataFile> shards) {
        this.file = file;
        this.entries = entries;
        this.weights = entries.values().stream().map(Entry::weight).toList();
        this.shards = shards;
    }

    static TensorFlowWeights open(Path file) {
        var index = TableFile.read(file);
        var entries = new LinkedHashMap<String, Entry>();
        int shards = 0;
        for (var row : index.entrySet()) {
            try {
                if (row.getKey().isEmpty()) {
                    shards = shards(file, row.getValue());
                } else {
                    entry(file, row.getKey(), row.getValue()).ifPresent(entry -> entries.put(row.getKey(), entry));
                }
            } catch (IOException e) {
                throw new UserError(file + ": what it says of '" + row.getKey() + "' cannot be read: " + e.getMessage(), e);
            }
        }
        if (shards < 1 || shards > MOST_SHARDS) {
            throw new UserError(file + ": it claims " + shards + " files of data; there must be 1 to " + MOST_SHARDS);
        }
        return open(file, entries, shards);
    }

    private static TensorFlowWeights open(Path file, Map<String, Entry> entries, int count) {
        var shards = new ArrayList<DataFile>();
        try {
            for (int i = 0; i < count; i++) {
                shards.add(DataFile.open(shard(file, i, count)));
            }
            for (var entry : entries.values()) {
                check(file, entry, shards);
            }
            return new TensorFlowWeights(file, entries, List.copyOf(shards));
        } catch (RuntimeException e) {
            shards.forEach(DataFile::close);
            throw e;
        }
    }

    private static void check(Path file, Entry entry, List<DataFile> shards) {
        var what = file + ": tensor '" + entry.weight.name() + "'";
        if (entry.shard < 0 || entry.shard >= shards.size()) {
            throw new UserError(what + " is in file " + entry.shard + " of " + shards.size());
        }
        long there = shards.get(entry.shard).size();
        if (entry.at < 0 || entry.at > there - entry.weight.bytes()) {
            throw new UserError(what + " takes " + entry.weight.bytes() + " bytes from byte " + entry.at + " on, but "
                    + shard(file, entry.shard, shards.size()).getFileName() + " has " + there + ": it is truncated");
        }
    }

    /** {@code NAME.index → NAME.data-00000-of-00001}. */
    static Path shard(Path index, int shard, int count) {
        return index.resolveSibling(prefix(index.getFileName().toString()) + String.format("%05d-of-%05d", shard, count));
    }

    /** What the names of the files of data begin with. */
    static String prefix(String index) {
        return index.substring(0, index.length() - ENDING.length()) + ".data-";
    }

    /** A BundleHeaderProto: the number of files (1), the order of bytes (2). */
    private static int shards(Path file, byte[] header) throws IOException {
        var in = CodedInputStream.newInstance(header);
        int shards = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> shards = in.readInt32();
                case 2 -> {
                    if (in.readEnum() != 0) {
                        throw new UserError(file + ": its values are big-endian, which is not read");
                    }
                }
                default -> skip(in, tag);
            }
        }
        return shards;
    }

    /** A BundleEntryProto: type (1), shape (2), file (3), first byte (4), bytes (5), sum (6), slices (7). */
    private static Optional<Entry> entry(Path file, String name, byte[] entry) throws IOException {
        var in = CodedInputStream.newInstance(entry);
        var shape = List.<Long>of();
        int type = 0;
        int shard = 0;
        int sum = 0;
        long at = 0;
        long size = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> type = in.readEnum();
                case 2 -> shape = shape(in.readByteArray());
                case 3 -> shard = in.readInt32();
                case 4 -> at = in.readInt64();
                case 5 -> size = in.readInt64();
                case 6 -> sum = in.readFixed32();
                case 7 -> {
                    return Optional.empty();
                }
                default -> skip(in, tag);
            }
        }
        var dtype = dtype(type);
        if (dtype.isEmpty()) {
            return Optional.empty();
        }
        var weight = new Weight(name, dtype.get(), shape);
        try {
            if (weight.bytes() != size) {
                throw new UserError(file + ": tensor '" + name + "': " + dtype.get() + shape + " takes " + weight.bytes() + " bytes, but it claims " + size);
            }
        } catch (ArithmeticException e) {
            throw new UserError(file + ": tensor '" + name + "': " + shape + " is no shape of a file's tensor", e);
        }
        return Optional.of(new Entry(weight, shard, at, sum));
    }

    /** A TensorShapeProto: axes (2), each with a size (1). */
    private static List<Long> shape(byte[] proto) throws IOException {
        var in = CodedInputStream.newInstance(proto);
        var shape = new ArrayList<Long>();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) != 2) {
                skip(in, tag);
                continue;
            }
            var axis = CodedInputStream.newInstance(in.readByteArray());
            long dim = 0;
            for (int inner = axis.readTag(); inner != 0; inner = axis.readTag()) {
                if (WireFormat.getTagFieldNumber(inner) == 1) {
                    dim = axis.readInt64();
                } else {
                    skip(axis, inner);
                }
            }
            shape.add(dim);
        }
        return shape;
    }

    private static void skip(CodedInputStream in, int tag) throws IOException {
        if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_START_GROUP || !in.skipField(tag)) {
            throw new InvalidProtocolBufferException("a group, which it has none of");
        }
    }

    /** The numbers of tensorflow.DataType; empty for strings and others that are no numbers. */
    private static Optional<Dtype> dtype(int type) {
        return switch (type) {
            case 1 -> Optional.of(Dtype.F32);
            case 2 -> Optional.of(Dtype.F64);
            case 3 -> Optional.of(Dtype.I32);
            case 4 -> Optional.of(Dtype.U8);
            case 5 -> Optional.of(Dtype.I16);
            case 6 -> Optional.of(Dtype.I8);
            case 9 -> Optional.of(Dtype.I64);
            case 10 -> Optional.of(Dtype.BOOL);
            case 14 -> Optional.of(Dtype.BF16);
            case 17 -> Optional.of(Dtype.U16);
            case 19 -> Optional.of(Dtype.F16);
            case 22 -> Optional.of(Dtype.U32);
            case 23 -> Optional.of(Dtype.U64);
            default -> Optional.empty();
        };
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public List<Weight> tensors() {
        return weights;
    }

    @Override
    public float[] floats(String name) {
        var entry = entries.get(tensor(name).name());
        var shard = shards.get(entry.shard);
        if (entry.sum != 0) {
            checkSum(entry, shard);
        }
        return shard.floats(entry.weight, entry.at);
    }

    private void checkSum(Entry entry, DataFile shard) {
        var sum = new MaskedCrc();
        var chunk = ByteBuffer.allocate((int) Math.min(1 << 20, entry.weight.bytes()));
        for (long done = 0; done < entry.weight.bytes(); done += chunk.limit()) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), entry.weight.bytes() - done));
            shard.fill(chunk, entry.at + done);
            sum.update(chunk.flip());
        }
        if (sum.value() != entry.sum) {
            throw new UserError(file + ": tensor '" + entry.weight.name() + "' is damaged: its bytes have another sum than when they were written");
        }
    }

    @Override
    public void close() {
        shards.forEach(DataFile::close);
    }
}

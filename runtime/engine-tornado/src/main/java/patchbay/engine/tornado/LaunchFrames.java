package patchbay.engine.tornado;

import static patchbay.engine.tornado.Binding.field;
import static patchbay.engine.tornado.Binding.get;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InaccessibleObjectException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps OpenCL's queue full. Before each launch TornadoVM writes 24 bytes for the kernel, the sizes of its grid, and waits for the device to have
 * them, which is when the kernel before is done. All launches of a plan write into the same place, almost always what is there already: so a
 * plan is given a frame that writes only what differs.
 */
final class LaunchFrames {

    private static final Logger LOG = LoggerFactory.getLogger(LaunchFrames.class);
    private static final String NAME = "SilentStackFrame";
    private static final int BYTES = 24;

    private LaunchFrames() {}

    /**
     * To be called before anything of the plan runs.
     *
     * @param context TornadoVM's, of a device
     * @return false where nothing was done, as with another backend
     */
    static boolean install(Object context, long plan) {
        try {
            var memory = context.getClass().getMethod("getMemoryManager").invoke(context);
            @SuppressWarnings("unchecked")
            var frames = (Map<Long, Object>) get(field(memory.getClass(), "oclKernelStackFrame"), memory);
            var original = memory.getClass().getMethod("createKernelStackFrame", long.class, int.class).invoke(memory, plan, 0);
            var buffer = original.getClass().getMethod("toBuffer").invoke(original);
            frames.put(plan, silent(original.getClass(), context.getClass()).getConstructor(long.class, int.class, context.getClass())
                    .newInstance(buffer, 0, context));
            return true;
        } catch (ReflectiveOperationException | InaccessibleObjectException otherwise) { // another backend, or one that is not opened to this
            LOG.debug("each launch waits for the one before: {}", otherwise.toString());
            return false;
        }
    }

    private static Class<?> silent(Class<?> frame, Class<?> context) throws ReflectiveOperationException {
        var name = frame.getPackageName() + "." + NAME;
        synchronized (frame) { // engines of one process share it
            try {
                return Class.forName(name, true, frame.getClassLoader());
            } catch (ClassNotFoundException first) {
                return MethodHandles.privateLookupIn(frame, MethodHandles.lookup())
                        .defineClass(bytes(ClassDesc.of(name), frame.describeConstable().orElseThrow(), context.describeConstable().orElseThrow()));
            }
        }
    }

    /**
     * <pre>{@code
     * public int enqueueWrite(long plan, int[] events) {
     *     if (Arrays.equals(written, buffer.array())) return -1;
     *     written = Arrays.copyOf(buffer.array(), 24);
     *     return super.enqueueWrite(plan, events);
     * }
     * }</pre>
     */
    private static byte[] bytes(ClassDesc self, ClassDesc frame, ClassDesc context) {
        var array = ConstantDescs.CD_byte.arrayType();
        var buffer = ByteBuffer.class.describeConstable().orElseThrow();
        var arrays = Arrays.class.describeConstable().orElseThrow();
        var construct = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_long, ConstantDescs.CD_int, context);
        var write = MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_long, ConstantDescs.CD_int.arrayType());
        return ClassFile.of().build(self, type -> type.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL).withSuperclass(frame)
                .withField("written", array, ClassFile.ACC_PRIVATE)
                .withMethodBody("<init>", construct, ClassFile.ACC_PUBLIC, code -> code.aload(0).lload(1).iload(3).aload(4)
                        .invokespecial(frame, "<init>", construct).return_())
                .withMethodBody("enqueueWrite", write, ClassFile.ACC_PUBLIC, code -> {
                    code.aload(0).getfield(self, "buffer", buffer).invokevirtual(buffer, "array", MethodTypeDesc.of(array)).astore(4);
                    code.aload(0).getfield(self, "written", array).aload(4)
                            .invokestatic(arrays, "equals", MethodTypeDesc.of(ConstantDescs.CD_boolean, array, array))
                            .ifThen(same -> same.iconst_m1().ireturn());
                    code.aload(0).aload(4).bipush(BYTES).invokestatic(arrays, "copyOf", MethodTypeDesc.of(array, array, ConstantDescs.CD_int))
                            .putfield(self, "written", array);
                    code.aload(0).lload(1).aload(3).invokespecial(frame, "enqueueWrite", write).ireturn();
                }));
    }
}

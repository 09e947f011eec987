package patchbay.engine.tornado;

import java.util.List;
import java.util.Locale;
import patchbay.tensor.UserError;

/** Which device is taken. */
final class Devices {

    private Devices() {}

    /**
     * @param choice an index, a part of a name in any case, or empty for the first GPU or else the first device of all
     * @throws UserError if there is no such device
     */
    static Device choose(List<Device> devices, String choice) throws Unavailable {
        if (devices.isEmpty()) {
            throw new Unavailable("TornadoVM finds no device: no OpenCL driver is installed, or the SDK was built for other devices");
        }
        if (choice.isEmpty()) {
            return devices.stream().filter(Device::isGpu).findFirst().orElse(devices.getFirst());
        }
        return devices.stream().filter(device -> device.index().equals(choice)).findFirst()
                .or(() -> devices.stream().filter(device -> contains(device.name(), choice)).findFirst())
                .orElseThrow(() -> UserError.unknown("device (patchbay.device)", choice,
                        devices.stream().map(device -> device.index() + " " + device.name()).toList()));
    }

    private static boolean contains(String name, String part) {
        return name.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
    }
}

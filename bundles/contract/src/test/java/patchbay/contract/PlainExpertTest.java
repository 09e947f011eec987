package patchbay.contract;

import patchbay.spi.Expert;

class PlainExpertTest extends ExpertContract {

    @Override
    protected Expert plugin() {
        return new PlainParts.PlainExpert();
    }
}

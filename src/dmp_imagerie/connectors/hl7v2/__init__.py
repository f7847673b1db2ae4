"""The driver of a product that is fed by HL7v2: the kit plays the HIS or the RIS, and sends messages over MLLP."""

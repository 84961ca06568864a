//! Facts about WAMR: AOT file format and native-code ABI.

//! The program's own schema section, between symbols that the linker makes. No header of OCaml's has it.

unsafe extern "C" {
    #[cfg_attr(target_vendor = "apple", link_name = "\u{1}section$start$__DATA$__bactrian")]
    #[cfg_attr(not(target_vendor = "apple"), link_name = "__start_bactrian_schema")]
    static START: u8;
    #[cfg_attr(target_vendor = "apple", link_name = "\u{1}section$end$__DATA$__bactrian")]
    #[cfg_attr(not(target_vendor = "apple"), link_name = "__stop_bactrian_schema")]
    static STOP: u8;
}

/// The entries of all that is linked into this program or shared library.
pub fn schema() -> &'static [u8] {
    let (start, stop) = (&raw const START, &raw const STOP);
    // SAFETY: the linker puts the symbols at both ends of one section, which holds constants and lives as long as
    // this code.
    unsafe { core::slice::from_raw_parts(start, stop.offset_from_unsigned(start)) }
}

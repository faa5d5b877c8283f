//! lastkaj: the gateway between ERP systems that speak in flat files and the Ongoing WMS.
pub mod fault;
pub mod clock;
pub mod step;
pub mod document;
pub mod written;
pub mod call;

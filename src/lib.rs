//! lastkaj: the gateway between ERP systems that speak in flat files and the Ongoing WMS.
pub mod call;
pub mod clock;
//pub mod config;
pub mod document;
pub mod fault;
pub mod format;
pub mod ledger;
pub mod ongoing;
pub mod plan;
//pub mod receive;
//pub mod report;
pub mod sandbox;
pub mod secret;
pub mod step;
pub mod transport;
pub mod written;

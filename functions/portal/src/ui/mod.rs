//! The pieces that several pages share. Pure functions: values in, markup out.

pub mod activity;
pub mod artifact;
pub mod bulk;
pub mod card;
pub mod dialog;
pub mod difference;
pub mod flash;
pub mod form;
pub mod gate;
pub mod group;
pub mod heading;
pub mod history;
pub mod icon;
pub mod job;
pub mod ledger;
pub mod lines;
pub mod markdown;
pub mod page;
pub mod row;
pub mod source;
pub mod timeline;
pub mod words;

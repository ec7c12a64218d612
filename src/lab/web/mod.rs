//! The surface for JavaScript (www/lab/jobs/): functions over typed arrays.

mod duality;
mod lti;
mod price;
mod small;
mod watch;

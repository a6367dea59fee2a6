//! One binary of tests: the house, folders in and out, the command line, whole-daemon stories.

mod architecture;
mod cases;
mod cli;
mod desk;
mod example;
mod hostile;
mod inputs;
mod libraries;
mod once;
mod pair;
mod reads;
#[path = "../../benches/speed/repository.rs"]
mod repository;
mod same;
mod sample;
mod sim;
mod story;
mod worker;

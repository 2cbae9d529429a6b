//! Schedules run by the fleet's clock: first after one interval, once per move, and again an interval later.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dataops_fleet::{BoxFuture, Clock, Function, Invocation, InvokeError};
use dataops_local::scheduler::Scheduler;
use dataops_local::{Given, Host, Template};

const TEMPLATE: &str = "
Resources:
  Tick:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: tick
      Timeout: 5
      Events:
        Often: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(15 minutes) } }
        Daily: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day), Input: '{\"fail\":true}' } }
";

#[derive(Default)]
struct Counter(AtomicU32);

impl Function for Counter {
    fn invoke<'a>(&'a self, payload: &'a [u8], _: Invocation) -> BoxFuture<'a, Result<Vec<u8>, InvokeError>> {
        Box::pin(async move {
            self.0.fetch_add(1, Ordering::SeqCst);
            if payload == b"{}" { Ok(b"null".to_vec()) } else { Err(InvokeError::new("Odd", "on purpose")) }
        })
    }
}

#[tokio::test]
async fn what_became_due_runs_once() {
    let clock = Clock::system();
    let template = Template::parse(TEMPLATE, &Given { stack: "s".to_owned(), parameters: [].into() }).expect("a template");
    let host = Host::new(clock.clone()).with("tick", Duration::from_secs(5), Arc::new(Counter::default()));
    let scheduler = Scheduler::new(&template, Arc::new(host));
    let names = |ran: Vec<dataops_local::scheduler::Ran>| ran.into_iter().map(|ran| ran.schedule).collect::<Vec<_>>();

    assert_eq!(names(scheduler.run_due().await), [""; 0], "nothing at the start");
    clock.advance(60 * 60);
    assert_eq!(names(scheduler.run_due().await), ["Often"], "once for four intervals");
    assert_eq!(names(scheduler.run_due().await), [""; 0]);
    clock.advance(86_400);
    let ran = scheduler.run_due().await;
    assert_eq!(ran.iter().filter(|ran| ran.error.as_deref() == Some("Odd: on purpose")).count(), 1);
    assert_eq!(names(ran), ["Often", "Daily"]);
    clock.advance(-10 * 86_400);
    assert_eq!(names(scheduler.run_due().await), [""; 0]);
    clock.advance(15 * 60);
    assert_eq!(names(scheduler.run_due().await), ["Often"], "also after the clock was moved back");
}

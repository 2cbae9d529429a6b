//! The Lambda platform's side of one invocation: the event is handed out once, and what the function answers is taken.

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use serde_json::Value;

use crate::http::Message;

pub(crate) struct Platform {
    /// `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) address: String,
    answers: mpsc::Receiver<Value>,
}

impl Platform {
    /// Waits for a function that takes this event.
    pub(crate) fn start(event: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (tell, answers) = mpsc::channel();
        let given = Arc::new(AtomicBool::new(false));
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let (event, tell, given) = (event.clone(), tell.clone(), Arc::clone(&given));
                std::thread::spawn(move || serve(connection.unwrap(), &event, &tell, &given));
            }
        });
        Self { address, answers }
    }

    /// What the function answered.
    pub(crate) fn answer(&self, patience: Duration) -> Value {
        self.answers.recv_timeout(patience).expect("the function answers")
    }
}

fn serve(mut connection: TcpStream, event: &str, tell: &mpsc::Sender<Value>, given: &AtomicBool) {
    let mut reader = BufReader::new(connection.try_clone().unwrap());
    while let Some(message) = Message::read(&mut reader) {
        if message.head.starts_with("GET") {
            if given.swap(true, Ordering::SeqCst) {
                // There is no second event; the function waits for it until it is ended.
                std::thread::park();
            }
            let far = 4_102_444_800_000_u64;
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: request-of-the-platform\r\n\
                 Lambda-Runtime-Deadline-Ms: {far}\r\nLambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:0:function:runner\r\n\
                 Content-Length: {}\r\n\r\n{event}",
                event.len()
            );
            drop(connection.write_all(head.as_bytes()));
        } else {
            drop(tell.send(serde_json::from_slice(&message.body).unwrap_or_default()));
            drop(connection.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"));
        }
    }
}

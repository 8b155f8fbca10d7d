//! A small mail relay that says what it is told to say.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone, Copy, PartialEq)]
pub enum Behaviour {
    Accept,
    /// Says this instead of a greeting.
    Greets(&'static str),
    /// Answers this to a password.
    AnswersLogin(&'static str),
    /// Answers this to a recipient.
    AnswersRecipient(&'static str),
    /// Answers this to a whole mail.
    AnswersMail(&'static str),
    SilentAtGreeting,
    HangUpAtData,
    HangUpInMail,
    SilentAtData,
    HangUpAfterEachMail,
}

#[derive(Clone, Debug, Default)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub data: String,
}

#[derive(Default)]
struct Seen {
    connections: usize,
    commands: Vec<String>,
    mails: Vec<Mail>,
}

pub struct TestRelay {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl TestRelay {
    pub async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Seen>>::default();
        let book = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                book.lock().unwrap().connections += 1;
                let book = book.clone();
                tokio::spawn(async move { serve(stream, behaviour, &book).await });
            }
        });
        Self { address, seen }
    }

    /// The relay's URL, with `user` such as `name:password@`.
    pub fn url(&self, user: &str) -> String {
        format!("smtp://{user}{}", self.address)
    }

    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.seen.lock().unwrap().mails.clone()
    }

    pub fn commands(&self, verb: &str) -> Vec<String> {
        self.seen
            .lock()
            .unwrap()
            .commands
            .iter()
            .filter(|line| line.starts_with(verb))
            .cloned()
            .collect()
    }
}

/// One conversation; an I/O error ends it, as the client may hang up whenever it likes.
async fn serve(stream: TcpStream, behaviour: Behaviour, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut mail = Mail::default();
    match behaviour {
        Behaviour::SilentAtGreeting => {
            hear(&mut stream).await?;
            return Ok(());
        }
        Behaviour::Greets(line) => say(&mut stream, line).await?,
        _ => say(&mut stream, "220 relay.example ESMTP").await?,
    }
    loop {
        let line = hear(&mut stream).await?;
        seen.lock().unwrap().commands.push(line.clone());
        let verb = line.split([' ', ':']).next().unwrap().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-relay.example\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
            "AUTH" if let Behaviour::AnswersLogin(line) = behaviour => line,
            "AUTH" => "235 2.7.0 welcome",
            "NOOP" => "250 2.0.0 still here",
            "MAIL" => {
                mail = Mail {
                    from: argument(&line),
                    ..Mail::default()
                };
                "250 2.1.0 sender noted"
            }
            "RCPT" if let Behaviour::AnswersRecipient(line) = behaviour => line,
            "RCPT" => {
                mail.to.push(argument(&line));
                "250 2.1.5 recipient noted"
            }
            "DATA" if behaviour == Behaviour::HangUpAtData => return Ok(()),
            "DATA" if behaviour == Behaviour::SilentAtData => {
                // Listens to everything until the client gives up, and never answers.
                while !hear(&mut stream).await?.is_empty() {}
                return Ok(());
            }
            "DATA" => {
                say(&mut stream, "354 go ahead").await?;
                if behaviour == Behaviour::HangUpInMail {
                    hear(&mut stream).await?;
                    return Ok(());
                }
                loop {
                    match hear(&mut stream).await?.as_str() {
                        "." => break,
                        line => mail.data.extend([line.strip_prefix('.').unwrap_or(line), "\r\n"]),
                    }
                }
                let mail = std::mem::take(&mut mail);
                if let Behaviour::AnswersMail(line) = behaviour {
                    line
                } else {
                    seen.lock().unwrap().mails.push(mail);
                    "250 2.0.0 queued"
                }
            }
            "QUIT" => return say(&mut stream, "221 2.0.0 bye").await,
            _ => "502 5.5.1 unknown command",
        };
        say(&mut stream, answer).await?;
        if behaviour == Behaviour::HangUpAfterEachMail && verb == "DATA" {
            return Ok(());
        }
    }
}

/// What stands behind the colon of `MAIL FROM:` or `RCPT TO:`, without parameters.
fn argument(line: &str) -> String {
    line.split_once(':').unwrap().1.split(' ').next().unwrap().to_owned()
}

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await
}

async fn hear(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

// Command ferretdb-server runs FerretDB with its SQLite backend for the tests
// of pymongo-cpp.
//
// It prints one line, "ready <mongodb URI>", once it listens, and stops on
// SIGINT, SIGTERM or the end of its standard input, so that it can not outlive
// the process that started it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "TCP address to listen on; port 0 takes a free one")
	data := flag.String("data", "", "directory of the SQLite files (required)")
	flag.Parse()

	if *data == "" {
		log.Fatal("-data is required")
	}

	if err := os.MkdirAll(*data, 0o755); err != nil {
		log.Fatal(err)
	}

	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: *listen},
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Handler:   "sqlite",
		SQLiteURL: "file:" + *data + "/",
	})
	if err != nil {
		log.Fatal(err)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()

	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()

	// MongoDBURI waits until Run has a listener.
	fmt.Println("ready", server.MongoDBURI())

	if err := <-done; err != nil {
		log.Fatal(err)
	}
}

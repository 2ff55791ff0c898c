// Verifies a Cloister log with Go's own x/mod/sumdb, which shares no code with it: the checkpoint's signature,
// every hash tile up to the checkpoint's root, every entry, and proofs of inclusion and consistency.
//
//	go run . -url http://localhost:8421 -vkey clinic.example/log+7ce36314+AXLt… -token reader.token
package main

import (
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

type server struct {
	url, token string
	client     http.Client
}

func (s *server) get(path, token string) ([]byte, error) {
	request, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	if err != nil {
		return nil, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, response.Status)
	}
	return io.ReadAll(io.LimitReader(response.Body, 1<<20))
}

// The three methods of tlog.TileReader.

func (s *server) Height() int { return tileHeight }

func (s *server) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		var err error
		// C2SP's tlog-tiles leaves the height out of sumdb's path.
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "/tile/", 1)
		if data[i], err = s.get(path, ""); err != nil {
			return nil, err
		}
	}
	return data, nil
}

func (s *server) SaveTiles([]tlog.Tile, [][]byte) {}

func (s *server) tree(vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	signed, err := s.get("/checkpoint", "")
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func (s *server) entries(tile, width int64) ([][]byte, error) {
	// The path of a tile's entries is that of its hashes, under another name.
	path := tlog.Tile{H: tileHeight, L: 0, N: tile, W: int(width)}.Path()
	bundle, err := s.get(strings.Replace(path, fmt.Sprintf("tile/%d/0/", tileHeight), "/tile/entries/", 1), s.token)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(bundle) >= 2 {
		length := int(binary.BigEndian.Uint16(bundle))
		if len(bundle) < 2+length {
			return nil, fmt.Errorf("bundle %d is cut", tile)
		}
		entries = append(entries, bundle[2:2+length])
		bundle = bundle[2+length:]
	}
	if len(bundle) > 0 || int64(len(entries)) != width {
		return nil, fmt.Errorf("bundle %d has %d entries of %d", tile, len(entries), width)
	}
	return entries, nil
}

// Every entry against its leaf hash, which the reader has authenticated up to the root.
func checkEntries(s *server, tree tlog.Tree, hashes tlog.HashReader) error {
	for start := int64(0); start < tree.N; start += tileWidth {
		width := min(tileWidth, tree.N-start)
		entries, err := s.entries(start/tileWidth, width)
		if err != nil {
			return err
		}
		indexes := make([]int64, width)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, start+int64(i))
		}
		leaves, err := hashes.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			if tlog.RecordHash(entry) != leaves[i] {
				return fmt.Errorf("entry %d is not the one that was signed", start+int64(i))
			}
		}
	}
	return nil
}

func checkProofs(tree tlog.Tree, hashes tlog.HashReader) (int, error) {
	step := max(1, tree.N/16)
	count := 0
	for i := int64(0); i < tree.N; i += step {
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, i)})
		if err != nil {
			return count, err
		}
		inclusion, err := tlog.ProveRecord(tree.N, i, hashes)
		if err != nil {
			return count, err
		}
		if err := tlog.CheckRecord(inclusion, tree.N, tree.Hash, i, leaf[0]); err != nil {
			return count, err
		}
		old, err := tlog.TreeHash(i+1, hashes)
		if err != nil {
			return count, err
		}
		consistency, err := tlog.ProveTree(tree.N, i+1, hashes)
		if err != nil {
			return count, err
		}
		if err := tlog.CheckTree(consistency, tree.N, tree.Hash, i+1, old); err != nil {
			return count, err
		}
		count += 2
	}
	return count, nil
}

func main() {
	log.SetFlags(0)
	url := flag.String("url", "http://localhost:8421", "the log")
	vkey := flag.String("vkey", "", "its verifier key")
	tokenFile := flag.String("token", "", "file with the reader token")
	flag.Parse()
	token, err := os.ReadFile(*tokenFile)
	if err != nil {
		log.Fatal(err)
	}
	s := &server{url: *url, token: strings.TrimSpace(string(token)), client: http.Client{Timeout: 10 * time.Second}}
	tree, err := s.tree(*vkey)
	if err != nil {
		log.Fatalf("checkpoint: %v", err)
	}
	hashes := tlog.TileHashReader(tree, s)
	if err := checkEntries(s, tree, hashes); err != nil {
		log.Fatalf("entries: %v", err)
	}
	proofs, err := checkProofs(tree, hashes)
	if err != nil {
		log.Fatalf("proofs: %v", err)
	}
	result := map[string]any{"verified": true, "size": tree.N, "root": tree.Hash.String(), "proofs": proofs}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		log.Fatal(err)
	}
}

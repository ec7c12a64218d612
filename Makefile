# make serve    the page at http://127.0.0.1:8080 (PORT=8081 make serve: another port)
# make build    the site in dist/
# make zip      the same as one file, mamba-web.zip, to be carried to where it is served
# make package  the npm package in pkg/: a folder, and the file that npm installs
# make test     every check and test
# make bench    the speed of the built site in a browser; make bench-peers: against others (benches/README.md)
# Each first sets up what is missing; scripts/setup.sh says what it does.

.PHONY: serve build zip package test bench bench-peers setup clean

serve: build
	@node scripts/serve.mjs dist

build:
	@scripts/build.sh

# The packed copies stay out: a zip is packed itself, and plain servers do not send them.
zip: build
	@rm -f mamba-web.zip
	@cd dist && find . -type f ! -name '*.br' ! -name '*.gz' ! -name '*.map' | sort | python3 -c \
	  'import sys, zipfile; z = zipfile.ZipFile("../mamba-web.zip", "w", zipfile.ZIP_DEFLATED); [z.write(f.strip(), "mamba-web/" + f.strip()) for f in sys.stdin]'
	@ls -l mamba-web.zip

package: build
	@node scripts/package.mjs

test:
	@scripts/test.sh

# ARGS="--quick" and the like are handed on.
bench: build
	@node benches/browser/run.mjs $(ARGS)

bench-peers: build
	@node benches/browser/peers/run.mjs $(ARGS)

setup:
	@scripts/setup.sh test

# The tools stay: they are in the user's cache, shared with other clones.
clean:
	rm -rf dist pkg mamba-web.zip target

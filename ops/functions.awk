# functions.awk - complains about C functions that are longer than 80 lines or
# have no comment above them.  Relies on the formatter: a function's braces
# stand alone in the first column.

function complain(line, what) {
	printf "%s:%d: %s\n", FILENAME, line, what
	bad = 1
}

# Goes up over the signature to what stands above it.
function explained(line) {
	while (--line > 0 && text[line] != "") {
		if (text[line] ~ /\*\/[ \t]*$/)
			return 1
	}
	return 0
}

{ text[FNR] = $0 }

# Only a function's brace follows a parenthesis; a struct's follows its name.
/^{$/ && text[FNR - 1] ~ /\)$/ {
	start = FNR
	if (!explained(start))
		complain(start, "a function without a comment above it")
}

/^}$/ && start {
	if (FNR - start - 1 > 80)
		complain(start, "a function of " FNR - start - 1 " lines; 80 are the limit")
	start = 0
}

END { exit bad }

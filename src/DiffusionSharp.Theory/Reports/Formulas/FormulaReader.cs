using System.Globalization;

namespace DiffusionSharp.Theory.Reports.Formulas;

/// <summary>Reads the pieces of a formula as MathML: what binds without a space binds first, and a fraction's sides are such runs.</summary>
/// <remarks>In scripts and in fractions a fraction stays on the line, as a small one cannot be read.</remarks>
internal sealed class FormulaReader
{
    private const string Thin = ".16em", Word = ".32em";
    private readonly IReadOnlyList<FormulaToken> tokens;
    private readonly int[] partner;
    private int at;

    /// <summary>Where something stands: it decides how fractions and the air around operators are set.</summary>
    private enum Place
    {
        Line,
        Fraction,
        Script,
    }

    /// <param name="tokens">The pieces.</param>
    /// <exception cref="FormatException">A bracket has no partner.</exception>
    public FormulaReader(IReadOnlyList<FormulaToken> tokens)
    {
        (this.tokens, partner) = (tokens, new int[tokens.Count]);
        var open = new Stack<int>();
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Kind == FormulaKind.Open) open.Push(i);
            if (tokens[i].Kind != FormulaKind.Close) continue;
            if (!open.TryPop(out var start)) throw Error(i, "closes nothing");
            (partner[start], partner[i]) = (i, start);
        }

        if (open.TryPop(out var left)) throw Error(left, "is never closed");
    }

    /// <summary>The pieces from one to before another.</summary>
    /// <exception cref="FormatException">Something is raised, lowered, divided or under a root that is not there.</exception>
    public IReadOnlyList<MathNode> Read(int from, int to) => Row(from, to, Place.Line);

    private List<MathNode> Row(int from, int to, Place place)
    {
        var row = new List<MathNode>();
        // Whether what came last can be an operator's left side, in this piece or in the one before it, and is a word.
        var (operand, word) = (from > 0 && place == Place.Line && tokens[from] is { Kind: FormulaKind.Operator, Spaces: 1 } && Ends(tokens[from - 1]), false);
        for (at = from; at < to;)
        {
            var token = tokens[at];
            var factor = Begins(at, to);
            if (token.Spaces > 0 && row.Count > 0 && (word || token.Kind == FormulaKind.Word)) row.Add(MathNode.Space(Word));
            else if (token.Spaces > 0 && operand && (factor || token.Kind == FormulaKind.Large)) row.Add(MathNode.Space(Thin));
            word = token.Kind == FormulaKind.Word;
            if (word)
            {
                row.Add(MathNode.Leaf("mtext", Words(to)));
                operand = true;
            }
            else if (factor)
            {
                row.AddRange(Quotient(to, place));
                operand = true;
            }
            else
            {
                row.Add(Operator(token, operand, place, to));
                operand = false;
            }
        }

        return row;
    }

    private static bool Ends(FormulaToken token) =>
        token.Kind is not (FormulaKind.Punctuation or FormulaKind.Relation or FormulaKind.Operator or FormulaKind.Large or FormulaKind.Open);

    /// <summary>Words up to the next of mathematics, with the commas between them and the colon behind.</summary>
    private string Words(int to)
    {
        var text = tokens[at++].Text;
        while (at < to)
        {
            var (token, next) = (tokens[at], at + 1 < to ? tokens[at + 1] : default);
            if (token.Kind == FormulaKind.Word) text += (token.Spaces > 0 ? " " : "") + token.Text;
            else if (token is { Kind: FormulaKind.Punctuation, Spaces: 0 }
                && (token.Text == ":" || next is { Kind: FormulaKind.Word, Spaces: 1 })) text += token.Text;
            else break;
            at++;
        }

        return text;
    }

    private MathNode Operator(FormulaToken token, bool operand, Place place, int to)
    {
        at++;
        switch (token.Kind)
        {
            case FormulaKind.Large:
                var sign = MathNode.Leaf("mo", token.Text == "Σ" ? "∑" : token.Text, " movablelimits=\"false\"");
                return Scripts(sign, to, under: token.Text != "∫");
            case FormulaKind.Punctuation:
                return MathNode.Leaf("mo", token.Text, $" separator=\"true\" lspace=\"0\" rspace=\"{(place == Place.Script ? "0" : ".25em")}\"");
            case FormulaKind.Bar:
                return MathNode.Leaf("mo", token.Text, " stretchy=\"false\" form=\"infix\" lspace=\".22em\" rspace=\".22em\"");
            case FormulaKind.Slash:
                return MathNode.Leaf("mo", token.Text, " stretchy=\"false\" lspace=\"0\" rspace=\"0\"");
            case FormulaKind.Relation:
                return MathNode.Leaf(
                    "mo",
                    token.Text,
                    $" stretchy=\"false\" form=\"infix\"{(place == Place.Script ? " lspace=\".1em\" rspace=\".1em\"" : "")}");
            case FormulaKind.Operator when token.Text is "‖" or "*":
                return MathNode.Leaf("mo", token.Text, " stretchy=\"false\" form=\"infix\" lspace=\".22em\" rspace=\".22em\"");
            case FormulaKind.Operator when !operand || place == Place.Script || token.Text is "·":
                return MathNode.Leaf("mo", token.Text, operand
                    ? " form=\"infix\" lspace=\".05em\" rspace=\".05em\""
                    : " form=\"prefix\" lspace=\"0\" rspace=\"0\"");
            case FormulaKind.Operator:
                return MathNode.Leaf("mo", token.Text, " form=\"infix\"");
            default:
                throw Error(at - 1, "has nothing to belong to");
        }
    }

    /// <summary>A run, and what it is divided by.</summary>
    private List<MathNode> Quotient(int to, Place place)
    {
        var start = at;
        var run = Run(to, place);
        if (place != Place.Line || at >= to || tokens[at].Kind != FormulaKind.Slash) return run;
        at = start;
        run = Run(to, Place.Fraction);
        while (at < to && tokens[at].Kind == FormulaKind.Slash)
        {
            at++;
            if (at >= to || !Begins(at, to)) throw Error(at - 1, "has nothing below it");
            run = [MathNode.Of("mfrac", Bare(run), Bare(Run(to, Place.Fraction)))];
        }

        return run;
    }

    private static MathNode Bare(List<MathNode> run) => MathNode.Row(run is [{ Inside: { } inside }] ? inside : run);

    /// <summary>Factors without a space between them.</summary>
    private List<MathNode> Run(int to, Place place)
    {
        var run = new List<MathNode> { Factor(to, place) };
        while (at < to && tokens[at].Spaces == 0 && Begins(at, to)) run.Add(Factor(to, place));
        return run;
    }

    /// <summary>Whether a factor begins here.</summary>
    private bool Begins(int i, int to) => tokens[i].Kind switch
    {
        FormulaKind.Letter or FormulaKind.Number or FormulaKind.Name or FormulaKind.Fraction => true,
        FormulaKind.Open or FormulaKind.Root or FormulaKind.Derivative => true,
        FormulaKind.Bar => ClosingBar(i, to) >= 0,
        _ => false,
    };

    /// <summary>The bar that ends an absolute value; −1 for one that stands before a condition: with spaces on both sides, or without a partner.</summary>
    private int ClosingBar(int open, int to)
    {
        if (IsCondition(open)) return -1;
        for (var i = open + 1; i < to; i++)
        {
            if (tokens[i].Kind == FormulaKind.Open) i = partner[i];
            else if (tokens[i].Kind == FormulaKind.Bar && i > open + 1 && !IsCondition(i)) return i;
        }

        return -1;
    }

    private bool IsCondition(int i) => tokens[i].Spaces > 0 && i + 1 < tokens.Count && tokens[i + 1].Spaces > 0;

    private MathNode Factor(int to, Place place)
    {
        var start = at;
        var token = tokens[at++];
        switch (token.Kind)
        {
            case FormulaKind.Number:
                return Scripts(MathNode.Leaf("mn", token.Text), to);
            case FormulaKind.Name:
                return Scripts(MathNode.Leaf("mi", token.Text), to, under: token.Text is "max" or "min" or "sup" or "inf" or "lim");
            case FormulaKind.Derivative:
                return Scripts(MathNode.Leaf("mi", token.Text, token.Text == "∇" ? " mathvariant=\"normal\"" : ""), to);
            case FormulaKind.Fraction:
                var parts = token.Text switch { "½" => "12", "¼" => "14", "¾" => "34", "⅓" => "13", _ => "23" };
                return place != Place.Line
                    ? MathNode.Leaf("mn", token.Text)
                    : MathNode.Of("mfrac", MathNode.Leaf("mn", parts[..1]), MathNode.Leaf("mn", parts[1..]));
            case FormulaKind.Root:
                if (at >= to || !Begins(at, to)) throw Error(start, "has nothing under it");
                var under = Factor(to, place);
                return MathNode.Of("msqrt", under.Inside is { } inside ? [.. inside] : [under]);
            case FormulaKind.Open:
                return Fenced(token.Text, partner[start], tokens[partner[start]].Text, to, place);
            case FormulaKind.Bar:
                return Fenced("|", ClosingBar(start, to), "|", to, place);
            default:
                return Scripts(Letter(token), to);
        }
    }

    private MathNode Fenced(string open, int close, string end, int to, Place place)
    {
        var inside = Row(at, close, place);
        at = close + 1;
        var stretch = inside.Any(IsTall) ? "true" : "false";
        var fenced = MathNode.Of(
            "mrow",
            MathNode.Leaf("mo", open, $" form=\"prefix\" fence=\"true\" stretchy=\"{stretch}\" lspace=\"0\" rspace=\"0\""),
            MathNode.Row(inside),
            MathNode.Leaf("mo", end, $" form=\"postfix\" fence=\"true\" stretchy=\"{stretch}\" lspace=\"0\" rspace=\"0\"")) with
        { Inside = open == "(" ? inside : null };
        return Scripts(fenced, to);
    }

    private static bool IsTall(MathNode node) => node.Tag is "mfrac" or "munder" or "munderover" || node.Children.Any(IsTall);

    private static MathNode Letter(FormulaToken token)
    {
        // As TeX has it: small letters slanted, great Greek ones upright.
        var letter = MathNode.Leaf("mi", token.Text, token.Text[0] is >= 'Α' and <= 'Ω' or '…' ? " mathvariant=\"normal\"" : "");
        if (token.Accent == '\0') return letter;
        var mark = token.Accent switch
        {
            '\u0302' => "^",
            '\u0303' => "~",
            '\u0304' => "¯",
            '\u0307' => "˙",
            '\u0308' => "¨",
            _ => throw new FormatException($"Formula: the accent over '{token.Text}' is not of the notation."),
        };
        return MathNode.Of("mover", letter, MathNode.Leaf("mo", mark, " stretchy=\"false\"")) with { Attributes = " accent=\"true\"" };
    }

    /// <summary>What is raised and lowered beside, or above and below, a factor, in any order.</summary>
    private MathNode Scripts(MathNode body, int to, bool under = false)
    {
        var (raised, lowered) = (new List<MathNode>(), new List<MathNode>());
        while (at < to && tokens[at] is { Spaces: 0, Kind: FormulaKind.Raised or FormulaKind.Lowered or FormulaKind.Script } token)
        {
            at++;
            if (token.Kind == FormulaKind.Script) (token.Text == "^" ? raised : lowered).AddRange(Script(to));
            else (token.Kind == FormulaKind.Raised ? raised : lowered).AddRange(Characters(token.Text));
        }

        return (raised.Count, lowered.Count) switch
        {
            (0, 0) => body,
            (0, _) => MathNode.Of(under ? "munder" : "msub", body, MathNode.Row(lowered)),
            (_, 0) => MathNode.Of(under ? "mover" : "msup", body, MathNode.Row(raised)),
            _ => MathNode.Of(under ? "munderover" : "msubsup", body, MathNode.Row(lowered), MathNode.Row(raised)),
        };
    }

    /// <summary>What follows ^ or _: a bracket without its brackets, or letters and digits up to the next other thing.</summary>
    private IReadOnlyList<MathNode> Script(int to)
    {
        var first = at;
        if (at < to && tokens[at] is { Kind: FormulaKind.Open, Spaces: 0, Text: "(" or "{" })
        {
            var inside = Row(at + 1, partner[first], Place.Script);
            at = partner[first] + 1;
            return inside;
        }

        while (at < to && tokens[at].Kind is FormulaKind.Letter or FormulaKind.Number or FormulaKind.Word or FormulaKind.Name && tokens[at].Spaces == 0) at++;
        if (at == first) throw Error(first - 1, "has nothing to raise or lower");
        return [.. Enumerable.Range(first, at - first).Select(i => tokens[i].Kind switch
        {
            FormulaKind.Letter => Letter(tokens[i]),
            FormulaKind.Number => MathNode.Leaf("mn", tokens[i].Text),
            FormulaKind.Name => MathNode.Leaf("mi", tokens[i].Text),
            _ => MathNode.Leaf("mtext", tokens[i].Text),
        })];
    }

    private static IEnumerable<MathNode> Characters(string text) => text.Select(FormulaLexer.Plain).Select(c =>
        char.IsAsciiDigit(c) ? MathNode.Leaf("mn", c.ToString())
        : char.IsAsciiLetter(c) ? MathNode.Leaf("mi", c.ToString(), c == 'T' ? " mathvariant=\"normal\"" : "")
        : MathNode.Leaf("mo", c.ToString(), " lspace=\"0\" rspace=\"0\""));

    private FormatException Error(int i, string trouble) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Formula: '{tokens[i].Text}' at {tokens[i].Start} {trouble}."));
}

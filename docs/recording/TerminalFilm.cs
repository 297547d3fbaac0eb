#:property PublishAot=false

// A recording of script (util-linux) as one animated SVG: CSS keyframes, no program, still where motion is not wanted.
//   dotnet run TerminalFilm.cs -- OUTPUT TIMING COLUMNS ROWS FILE.svg
using System.Globalization;
using System.Text;

if (args.Length != 5) throw new ArgumentException("OUTPUT TIMING COLUMNS ROWS FILE.svg are expected.");
var (columns, rows) = (int.Parse(args[2], CultureInfo.InvariantCulture), int.Parse(args[3], CultureInfo.InvariantCulture));
var film = new Film(columns, rows);
var screen = new Screen(columns, rows);
var log = File.ReadAllBytes(args[0]);

// The log begins with a line of its own, which the timing does not count.
var at = Array.IndexOf(log, (byte)'\n') + 1;
var time = 0.0;
var decoder = Encoding.UTF8.GetDecoder();
foreach (var line in File.ReadLines(args[1]))
{
    var (delay, count) = (double.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture), int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
    if (at + count > log.Length) break;
    time += Math.Min(delay, Film.LongestWait);
    var text = new char[count];
    screen.Write(text.AsSpan(0, decoder.GetChars(log, at, count, text, 0)));
    at += count;
    film.Take(time, screen);
}

File.WriteAllText(args[4], film.ToSvg());

/// <summary>A character with its colours.</summary>
readonly record struct Cell(char Letter, string Style);

/// <summary>The part of a terminal that the command uses: lines that scroll, carriage return, erasing to the end of the line, colours.</summary>
sealed class Screen(int columns, int rows)
{
    private readonly List<Cell[]> lines = [.. Enumerable.Range(0, rows).Select(_ => Blank(columns))];
    private readonly StringBuilder escape = new();
    private string style = "";

    public int X { get; private set; }

    public int Y { get; private set; }

    public IReadOnlyList<Cell[]> Lines => lines;

    public void Write(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (escape.Length > 0 || c == '\u001b') Escape(c);
            else if (c == '\r') X = 0;
            else if (c == '\n') Down();
            else if (c == '\b') X = Math.Max(0, X - 1);
            else if (!char.IsControl(c)) Put(c);
        }
    }

    private static Cell[] Blank(int columns) => [.. Enumerable.Repeat(new Cell(' ', ""), columns)];

    private void Put(char c)
    {
        if (X == columns)
        {
            X = 0;
            Down();
        }

        lines[Y][X++] = new Cell(c, style);
    }

    private void Down()
    {
        if (Y < rows - 1)
        {
            Y++;
            return;
        }

        lines.RemoveAt(0);
        lines.Add(Blank(columns));
    }

    private void Escape(char c)
    {
        escape.Append(c);
        if (escape.Length < 2 || (escape[1] == '[' && (escape.Length < 3 || !char.IsLetter(c)))) return;

        // What has no bracket sets a mode of the keyboard.
        if (escape[1] != '[')
        {
            escape.Clear();
            return;
        }

        var parameters = escape.ToString(2, escape.Length - 3);
        if (c == 'K') Array.Fill(lines[Y], new Cell(' ', ""), X, columns - X);
        if (c == 'm') style = parameters.Split(';').Aggregate(style, Styled);
        escape.Clear();
    }

    private static string Styled(string before, string code) => code switch
    {
        "" or "0" => "",
        "1" => (before + " b").Trim(),
        "2" => (before + " d").Trim(),
        "31" => (before + " r").Trim(),
        "32" => (before + " g").Trim(),
        "33" => (before + " y").Trim(),
        _ => before,
    };
}

/// <summary>Screens in time. Each distinct line is drawn once; a frame places lines, and the film slides from frame to frame.</summary>
sealed class Film(int columns, int rows)
{
    /// <summary>Seconds; what takes longer is shown shorter.</summary>
    public const double LongestWait = 1.5;

    // Seconds between frames at least; and how long the last one stands.
    private const double Shutter = 0.12, Rest = 5;
    private const double LetterWidth = 7.8, LineHeight = 18, Edge = 14;

    private readonly Dictionary<string, int> known = [];
    private readonly List<(double Time, string Content)> frames = [(0, "")];

    private double Width => (columns * LetterWidth) + (2 * Edge);

    private double Height => (rows * LineHeight) + (2 * Edge);

    public void Take(double time, Screen screen)
    {
        var frame = new StringBuilder();
        foreach (var (y, line) in screen.Lines.Index())
            if (Line(line) is { Length: > 0 } drawn) frame.Append(CultureInfo.InvariantCulture, $"<use href=\"#l{Number(drawn)}\" y=\"{y * LineHeight:0.#}\"/>");
        frame.Append(CultureInfo.InvariantCulture, $"<rect class=\"c\" x=\"{Math.Min(screen.X, columns - 1) * LetterWidth:0.#}\" y=\"{(screen.Y * LineHeight) + 2:0.#}\"/>");
        var content = frame.ToString();
        if (content == frames[^1].Content) return;
        if (time - frames[^1].Time < Shutter) frames[^1] = (frames[^1].Time, content);
        else frames.Add((time, content));
    }

    public string ToSvg()
    {
        var (total, svg) = (frames[^1].Time + Rest, new StringBuilder());
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width:0.#} {Height:0.#}\" width=\"{Width:0.#}\" height=\"{Height:0.#}\" role=\"img\">\n");
        svg.Append("<title>A terminal: diffusion trains on digits, is stopped by Ctrl-C, goes on, samples and inspects the run</title>\n<style>\n");
        svg.Append("text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;fill:#c9d1d9;white-space:pre}");
        svg.Append(".b{font-weight:bold}.d{fill:#3d444d}.r{fill:#ff7b72}.g{fill:#56d364}.y{fill:#e3b341}rect.w{fill:#c9d1d9}rect.d{fill:#3d444d}rect.g{fill:#56d364}");
        svg.Append(CultureInfo.InvariantCulture, $".c{{width:{LetterWidth}px;height:14px;fill:#8b949e}}\n");
        svg.Append(CultureInfo.InvariantCulture, $".film{{animation:film {total:0.##}s step-end infinite}}\n@media(prefers-reduced-motion:reduce){{.film{{animation:none;transform:translateX({-(frames.Count - 1) * Width:0.#}px)}}}}\n@keyframes film{{\n");
        foreach (var (n, (time, _)) in frames.Index()) svg.Append(CultureInfo.InvariantCulture, $"{100 * time / total:0.###}%{{transform:translateX({-n * Width:0.#}px)}}\n");
        svg.Append("}\n</style>\n<defs>\n");
        foreach (var (drawn, number) in known) svg.Append(CultureInfo.InvariantCulture, $"<g id=\"l{number}\">{drawn}</g>\n");
        svg.Append("</defs>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#0d1117\"/>\n<g class=\"film\">\n");
        foreach (var (n, (_, content)) in frames.Index()) svg.Append(CultureInfo.InvariantCulture, $"<g transform=\"translate({(n * Width) + Edge:0.#} {Edge})\">{content}</g>\n");
        return svg.Append("</g>\n</svg>\n").ToString();
    }

    private int Number(string drawn)
    {
        if (!known.TryGetValue(drawn, out var number)) known[drawn] = number = known.Count;
        return number;
    }

    // Runs of one style. Their length is said, so that columns stand where they do in a terminal whatever the face; a bar is drawn, since not every face has its letter.
    private static string Line(Cell[] cells)
    {
        var line = new StringBuilder();
        for (var x = 0; x < cells.Length;)
        {
            var (from, style, bar) = (x, cells[x].Style, cells[x].Letter == '━');
            while (x < cells.Length && cells[x].Style == style && cells[x].Letter == '━' == bar) x++;
            var text = new string([.. cells[from..x].Select(c => c.Letter)]);
            var start = from + text.Length - text.TrimStart().Length;
            text = text.Trim();
            if (text.Length == 0) continue;
            var (left, length) = (start * LetterWidth, text.Length * LetterWidth);
            if (bar) line.Append(CultureInfo.InvariantCulture, $"<rect class=\"{(style.Length == 0 ? "w" : style)}\" x=\"{left:0.#}\" y=\"8\" width=\"{length:0.#}\" height=\"3\"/>");
            else line.Append(CultureInfo.InvariantCulture, $"<text{(style.Length == 0 ? "" : $" class=\"{style}\"")} x=\"{left:0.#}\" y=\"13\" textLength=\"{length:0.#}\" lengthAdjust=\"spacingAndGlyphs\">{Escaped(text)}</text>");
        }

        return line.ToString();
    }

    private static string Escaped(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}

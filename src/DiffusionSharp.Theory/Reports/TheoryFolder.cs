using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Theory.Laboratory;

namespace DiffusionSharp.Theory.Reports;

/// <summary>The folder of a run of experiments: <c>index.html</c>, <c>results.json</c> and one SVG for each figure.</summary>
/// <remarks>
/// Each result is written as it comes, so that a run that is stopped leaves a page of what was finished. The same results give the same bytes.
/// </remarks>
public sealed class TheoryFolder
{
    private const string Results = "results.json";
    private readonly string path;
    private readonly ReportHeader header;
    private readonly List<ExperimentResult> results = [];
    private readonly List<string> earlier;

    /// <summary>Takes a folder for a run.</summary>
    /// <param name="path">The folder; it is made if it is missing.</param>
    /// <param name="header">What the run is made with.</param>
    /// <exception cref="IOException">The path is a file, or holds other things than an earlier run: nothing of another's is written over.</exception>
    public TheoryFolder(string path, ReportHeader header)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        (this.path, this.header) = (path, header);
        if (File.Exists(path)) throw new IOException($"{path} is a file; the results need a folder.");
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any() && !File.Exists(Path.Combine(path, Results)))
            throw new IOException($"{path} holds files but no {Results} of an earlier run; name a new or an empty folder, so that nothing is written over.");
        Directory.CreateDirectory(path);
        earlier = ResultsFile.FiguresOf(Path.Combine(path, Results));
    }

    /// <summary>The page to open.</summary>
    public string Page => Path.Combine(path, "index.html");

    /// <summary>Writes a result's figures and brings page and results up to date.</summary>
    /// <param name="result">Of one experiment; it comes after those before it.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void Add(ExperimentResult result)
    {
        results.Add(result);

        // Figures of an earlier run that no page shows any more.
        foreach (var file in earlier.Where(f => result.Figures.All(n => n.File != f))) File.Delete(Path.Combine(path, file));
        earlier.Clear();
        foreach (var figure in result.Figures) Write(figure.File, figure.Svg);
        Write(Results, ResultsFile.Text(header, results));
        Write("index.html", ReportPage.Html(header, results));
    }

    private void Write(string file, string text) => AtomicFile.Write(Path.Combine(path, file), Encoding.UTF8.GetBytes(text));
}

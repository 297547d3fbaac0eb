using DiffusionSharp.Cli.Session;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Sampling;

/// <summary>Where samples go: one file, or a folder with one file a sample.</summary>
/// <param name="Path">A file with an ending, or a folder without.</param>
/// <param name="Strip">Whether moments of denoising stand side by side.</param>
/// <param name="Scale">Whole factor that pictures are magnified by; null: as far as small ones can be seen.</param>
internal sealed record SampleOutput(string Path, bool Strip, int? Scale)
{
    private const int StripRows = 8;

    private static readonly string[] Endings = [".png", ".gif", ".svg", ".npy"];

    private string Ending => System.IO.Path.GetExtension(Path).ToLowerInvariant();

    // A folder may have a dot in its name, but not where it would be taken for a file.
    private bool IsFolder => System.IO.Path.EndsInDirectorySeparator(Path) || Ending.Length == 0 || (Directory.Exists(Path) && !Endings.Contains(Ending));

    /// <summary>Checks before long work that the result can be written, and asks of the samples what it shows.</summary>
    /// <returns>The options, and how many samples where nobody said.</returns>
    /// <exception cref="OptionException">The ending does not fit the samples.</exception>
    /// <exception cref="UsageException">Nothing can be written there.</exception>
    public (SampleOptions Options, int? Count) Prepare(DiffusionModel model, int? count, SampleOptions options)
    {
        if (IsFolder)
        {
            if (Strip) throw new UsageException("--strip is drawn as one .png or .svg; name such a file with --out.");
            if (Scale is not null)
                throw new UsageException("--scale magnifies sheets; single files keep their size. Leave it out, or name a .png or .gif with --out.");
            if (new RunFolder(Path).Exists) throw new UsageException($"--out: {Path} is the folder of a run; name another for the samples.");
            if (File.Exists(System.IO.Path.TrimEndingDirectorySeparator(Path)))
                throw new UsageException($"--out: {Path} is a file without an ending; name a folder, or a file that ends in .png, .gif, .svg or .npy.");
            OutputFile.CheckFolder(Path);
            return (options, count);
        }

        var format = SampleFormats.Of(Path, model.SampleShape, Strip);
        if (Scale is not null && format is not (SampleFormat.Grid or SampleFormat.Strip or SampleFormat.Animation))
            throw new UsageException("--scale magnifies pictures; leave it out.");
        OutputFile.Check(Path);
        var moments = SampleFormats.Moments(format);
        if (format != SampleFormat.Strip) return (options with { Moments = moments }, count);
        if (options.Class is { IsAll: true }) return (options with { Moments = moments, PerClass = count is null ? 1 : null }, count);
        return (options with { Moments = moments }, count ?? StripRows);
    }

    /// <summary>Writes them.</summary>
    public void Write(Samples samples)
    {
        if (IsFolder) samples.SaveEach(Path);
        else samples.Save(Path, Strip, Scale);
    }
}

using DiffusionSharp.Cli.Output;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Training;

/// <summary>The command that comes after training.</summary>
internal static class SampleHint
{
    /// <summary>A command that works for the run's kind of samples.</summary>
    public static string For(string run) =>
        $"diffusion sample {Say.Quoted(run)} --out samples{SampleSheet.Extension(new RunFolder(run).ReadConfig().SampleShape())}";
}

using DiffusionSharp.Cli.Output;
using DiffusionSharp.Training.Runs;

namespace DiffusionSharp.Cli.Training;

/// <summary>The command that comes after training.</summary>
internal static class SampleHint
{
    /// <summary>A command that works for the run's kind of samples.</summary>
    public static string For(string run)
    {
        var config = new RunFolder(run).ReadConfig();
        var classes = config.Conditioning is { } c ? $" --class all{(c.LabelDropout > 0 ? " --guidance 2" : "")}" : "";
        // A network of trained levels of σ is made for annealed Langevin dynamics.
        var sampler = config.ScheduleOrDefault().Create().HasNoiseLevels ? " --sampler ncsn-v2" : "";
        return $"diffusion sample {Say.Quoted(run)} --out samples{SampleForm.Extension(config.SampleShape())}{sampler}{classes}";
    }
}

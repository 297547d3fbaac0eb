using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Figures;

namespace DiffusionSharp.Training.Runs;

/// <summary>The loss over a run, drawn from its metrics: each line of them, and their running mean.</summary>
public static class LossCurve
{
    // Wide enough to still the noise of single batches, short enough to show a turn.
    private const int LinesOfMean = 25;

    /// <summary>Writes <c>loss.svg</c> beside the metrics; nothing where there is no finite loss yet.</summary>
    /// <param name="folder">Of a run that has written metrics.</param>
    /// <returns>The file, or null.</returns>
    public static string? Write(RunFolder folder)
    {
        if (!File.Exists(folder.MetricsFile)) return null;
        var lines = MetricsLog.Read(folder.MetricsFile).Where(l => l.Loss is not null).ToList();
        if (lines.Count == 0) return null;
        double[] steps = [.. lines.Select(l => (double)l.Step)];
        double[] losses = [.. lines.Select(l => l.Loss!.Value)];
        double[] means = [.. losses.Select((_, i) => losses[Math.Max(0, i + 1 - LinesOfMean)..(i + 1)].Average())];
        var plot = new SvgPlot([new LineSeries("loss", steps, losses) { Width = 0.6 }, new LineSeries($"mean of {LinesOfMean} lines", steps, means)])
        {
            XLabel = "step",
            YLabel = "weighted squared error",
            YScale = AxisScale.Log,
        };
        AtomicFile.Write(folder.LossFile, Encoding.UTF8.GetBytes(plot.ToSvg()));
        return folder.LossFile;
    }
}

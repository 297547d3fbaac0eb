#:project ../src/DiffusionSharp
#:property PublishAot=false

// Your own pictures: a folder in, a model, a sheet and single files out. Without a folder it draws digits itself.
using DiffusionSharp;

var folder = args.Length > 0 ? args[0] : "digits";
var run = args.Length > 1 ? args[1] : "runs/pictures";
int? steps = args.Length > 2 ? int.Parse(args[2]) : null;

// Pictures of any size are cropped to their middle square; sub-folders are classes.
var data = DataSource.Open(folder, size: 28);

// Run twice, it trains once: a run that is there goes on where it stood.
var model = DiffusionModel.Train(data, run, steps, progress: new Steps());

model.Sample(64, seed: 1).Save(Path.Combine(run, "sheet.png"));
model.Sample(16, seed: 2).SaveEach(Path.Combine(run, "single"));
model.Save(Path.Combine(run, "model.safetensors"));
Console.WriteLine($"{model}: see {run}");

/// <summary>A line now and then.</summary>
internal sealed class Steps : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        if (value.Step % Math.Max(1, value.Steps / 10) == 0)
            Console.WriteLine($"step {value.Step} of {value.Steps}: loss {value.Loss:0.000}, {value.SecondsLeft:0} s left");
    }
}

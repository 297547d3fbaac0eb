#:project ../src/DiffusionSharp
#:property PublishAot=false

using DiffusionSharp;

var data = DataSource.Open("digits", size: 16);
var model = DiffusionModel.Train(data, "runs/digits", steps: 2_000);
model.Sample(64, seed: 1).Save("digits.png");

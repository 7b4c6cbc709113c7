using System.Security.Cryptography;
using Framevet.Pipeline.Models;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.TestKit.Onnx;

namespace Framevet.Pipeline.Tests.Onnx;

/// <summary>Small made models in a folder of their own, with entries as an operator would write them.</summary>
internal sealed class TinyModels : IDisposable
{
    public const int Side = 8;

    private static readonly int[] RowsAndColumns = [2, 3];

    private readonly TemporaryFolder _folder = new();

    public TinyModels(Pipeline.Tools.InferenceOptions? options = null) => Stack = ModelStack.At(_folder.Path, options);

    public ModelStack Stack { get; }

    public string Folder => _folder.Path;

    /// <summary>An input of 8x8 pixels in 0..1.</summary>
    public static ModelInput Small { get; } = new() { Tensor = "input", Width = Side, Height = Side, Scale = 1 / 255.0 };

    /// <summary>A graph that gives the mean red, green and blue of a picture, 0..1, as "means" [N, 3].</summary>
    public static TinyOnnx Means(TinyType type = TinyType.Real) => new TinyOnnx().Input("input", type, -1, 3, Side, Side)
        .Node("ReduceMean", "input", "means", ("axes", RowsAndColumns), ("keepdims", 0));

    /// <summary>A model whose output "out" [N, n] is a linear function of the means: a row of weights and a shift for each number.</summary>
    public static TinyOnnx Linear(float[] weights, float[] shifts) => Means()
        .Constant("w", weights, 3, shifts.Length).Constant("b", shifts, shifts.Length)
        .Node("MatMul", "means w", "product").Node("Add", "product b", "out").Output("out", -1, shifts.Length);

    public ModelEntry Add(string id, TinyOnnx graph, ModelHead head, ModelTask task = ModelTask.Aesthetic, ModelInput? input = null, Func<ModelEntry, ModelEntry>? change = null) =>
        Add(id, graph.ToBytes(), head, task, input, change);

    public ModelEntry Add(string id, byte[] file, ModelHead head, ModelTask task = ModelTask.Aesthetic, ModelInput? input = null, Func<ModelEntry, ModelEntry>? change = null)
    {
        var name = $"{id}.onnx";
        File.WriteAllBytes(Path.Combine(Folder, name), file);
        var entry = new ModelEntry
        {
            Id = id, Task = task, Title = $"Made {id}", Files = [Described(name, file)], Input = input ?? Small, Head = head,
            Licence = new ModelLicence { Id = "MIT", Allows = "Everything." }, Origin = new ModelOrigin("tests"),
        };
        return Stack.Catalog.Add(change is null ? entry : change(entry));
    }

    /// <summary>A file of a model, written and described.</summary>
    public ModelFile Write(string name, byte[] content, ModelFileRole role)
    {
        File.WriteAllBytes(Path.Combine(Folder, name), content);
        return Described(name, content) with { Role = role };
    }

    public void Dispose()
    {
        Stack.Dispose();
        _folder.Dispose();
    }

    private static ModelFile Described(string name, byte[] content) => new() { Name = name, Bytes = Math.Max(1, content.Length), Sha256 = Convert.ToHexStringLower(SHA256.HashData(content)) };
}

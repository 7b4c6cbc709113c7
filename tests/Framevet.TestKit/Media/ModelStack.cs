using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring;
using Framevet.Pipeline.Scoring.Onnx;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.TestKit.Media;

/// <summary>The runtime of models as the product has it, over a folder of model files, without a server.</summary>
public sealed class ModelStack : IDisposable
{
    private readonly TemporaryFolder _state = new();

    private ModelStack(string folder, InferenceOptions? inference)
    {
        Folder = folder;
        Models = Options.Create(new ModelsOptions { Folder = folder, StateFolder = _state.Path });
        Catalog = new ModelCatalog(Models);
        Runtime = new OnnxModels(new ModelStore(Catalog, Models), Options.Create(inference ?? new InferenceOptions()));
    }

    /// <summary>Where the files lie.</summary>
    public string Folder { get; }

    /// <summary>The catalogue, into which tests may add entries.</summary>
    public ModelCatalog Catalog { get; }

    /// <summary>The options behind it.</summary>
    public IOptions<ModelsOptions> Models { get; }

    /// <summary>What loads and runs models.</summary>
    public OnnxModels Runtime { get; }

    /// <summary>Over the real models; skips the running test when this machine lacks the file.</summary>
    public static ModelStack With(string file) => new(TestModels.With(file).Folder, null);

    /// <summary>Over a folder of a test's own.</summary>
    public static ModelStack At(string folder, InferenceOptions? inference = null) => new(folder, inference);

    /// <inheritdoc/>
    public void Dispose()
    {
        Runtime.Dispose();
        _state.Dispose();
    }
}

using Framevet.Pipeline.Scoring;
using Xunit;

namespace Framevet.TestKit.Media;

/// <summary>Finds the folder of model and parameter files: FRAMEVET_TEST_MODELS, else shared/models beside the checkout.</summary>
public static class TestModels
{
    private static readonly Lazy<string?> Root = new(() => Repository.Shared("FRAMEVET_TEST_MODELS", "models"));

    /// <summary>The folder; null when this machine has none.</summary>
    public static string? Folder => Root.Value;

    /// <summary>The folder as the product is told of it; skips the running test when this machine has none, or lacks the file.</summary>
    public static ModelsOptions With(string file)
    {
        if (Root.Value is not { } folder || !File.Exists(System.IO.Path.Combine(folder, file)))
        {
            Assert.Skip($"Needs the model file {file}: set FRAMEVET_TEST_MODELS to the folder of models, or put them into shared/models beside the checkout.");
            return new ModelsOptions();
        }

        return new ModelsOptions { Folder = folder };
    }

    /// <summary>Path of a file; skips the running test when it is not there.</summary>
    public static string Path(string file) => System.IO.Path.Combine(With(file).Folder, file);
}

using System.Collections.Immutable;
using System.Security.Cryptography;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Scoring;
using Framevet.TestKit;

namespace Framevet.Pipeline.Tests.Models;

/// <summary>A catalogue of made-up entries and an empty models folder.</summary>
internal sealed class ModelShelf : IAsyncDisposable
{
    public ModelShelf(params ModelEntry[] entries)
    {
        Options = new ModelsOptions { Folder = Folder.Path, AllowPrivateAddresses = true, StallSeconds = 20 };
        Entries = [.. entries];
        Reopen();
    }

    public TemporaryFolder Folder { get; } = new();

    public ModelsOptions Options { get; }

    public ImmutableArray<ModelEntry> Entries { get; }

    public Func<string, long> FreeBytes { get; set; } = _ => long.MaxValue;

    public ModelCatalog Catalog { get; private set; } = null!;

    public ModelStore Store { get; private set; } = null!;

    public ModelPuller Puller { get; private set; } = null!;

    /// <summary>As another process would see it.</summary>
    public void Reopen()
    {
        var options = Microsoft.Extensions.Options.Options.Create(Options);
        Catalog = new ModelCatalog(options, Entries);
        Store = new ModelStore(Catalog, options);
        Puller = new ModelPuller(Catalog, Store, options, new Framevet.Pipeline.Outbound.OutboundWall(Microsoft.Extensions.Options.Options.Create(new Framevet.Pipeline.Outbound.OutboundOptions())), TimeProvider.System, folder => FreeBytes(folder));
    }

    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static ModelFile File(string name, byte[] content, Uri? address = null, long? bytes = -1) => new() { Name = name, Bytes = bytes == -1 ? content.Length : bytes, Sha256 = Hash(content), Url = address?.ToString() };

    public static ModelEntry Entry(string id, params ModelFile[] files) => new()
    {
        Id = id,
        Task = ModelTask.Aesthetic,
        Title = id,
        Files = [.. files],
        Licence = new ModelLicence { Id = "MIT", Allows = "Anything." },
        Origin = new ModelOrigin("example/models"),
    };

    public async ValueTask DisposeAsync()
    {
        await Puller.DisposeAsync();
        Folder.Dispose();
    }
}

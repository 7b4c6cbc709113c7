using System.Collections.Immutable;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Framevet.Pipeline.Storage;

/// <summary>
/// Blobs as objects of a bucket. Every object carries the SHA-256 of its bytes as metadata, and whatever is downloaded is compared with it; whatever is uploaded goes with checksums that the service
/// compares. Tools read local copies (<see cref="S3Copies"/>). Thread-safe.
/// </summary>
public sealed class S3BlobStore : IBlobStore, IDisposable
{
    /// <summary>Metadata that holds the SHA-256, lower-case hex.</summary>
    internal const string HashName = "x-amz-meta-sha256";

    // What is read into memory instead of a local copy: thumbnails and lists.
    private const int SmallBytes = 8 << 20;

    private readonly S3Options _options;
    private readonly AmazonS3Client _client;
    private readonly S3Upload _upload;
    private readonly S3Copies _copies;
    private readonly string _work;
    private readonly TimeProvider _time;

    /// <summary>Opens the store; nothing is asked of the service yet. <paramref name="root"/>: local folder for work in progress and copies.</summary>
    /// <exception cref="ArgumentException">Options that contradict each other.</exception>
    public S3BlobStore(S3Options options, string root, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (options.Bucket.Length == 0)
        {
            throw new ArgumentException("Storage:S3:Bucket is empty; name the bucket.", nameof(options));
        }

        (_options, _time) = (options, time);
        _work = Path.Combine(Path.GetFullPath(root), DiskBlobStore.WorkFolder);
        Directory.CreateDirectory(_work);
        _client = S3Client.Make(options);
        _upload = new S3Upload(_client, options);
        _copies = new S3Copies(new S3Download(_client, options), options, Path.GetFullPath(root), time);
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct) => _upload.BytesAsync(NameOf(key), content, ct);

    /// <inheritdoc/>
    /// <remarks>The local file goes only after the service has the whole of it.</remarks>
    public async Task TakeFileAsync(string key, string path, CancellationToken ct)
    {
        await _upload.FileAsync(NameOf(key), path, ct).ConfigureAwait(false);
        File.Delete(path);
    }

    /// <inheritdoc/>
    public async Task<Stream?> OpenReadAsync(string key, CancellationToken ct)
    {
        if (await HeadAsync(key, ct).ConfigureAwait(false) is not { } head)
        {
            return null;
        }

        if (head.Bytes > SmallBytes)
        {
            return new FileStream(await _copies.PathAsync(NameOf(key), head, ct).ConfigureAwait(false), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024, FileOptions.Asynchronous);
        }

        return await _copies.ReadAsync(NameOf(key), head, ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="VettingException">SourceUnavailable when there is no such blob, BackendUnavailable when the service fails.</exception>
    public async Task<string> LocalPathAsync(string key, CancellationToken ct) => await HeadAsync(key, ct).ConfigureAwait(false) is { } head
        ? await _copies.PathAsync(NameOf(key), head, ct).ConfigureAwait(false)
        : throw new VettingException(FailureCode.SourceUnavailable, "The file is no longer in the store.", key);

    /// <inheritdoc/>
    public async Task<bool> ExistsAsync(string key, CancellationToken ct) => await HeadAsync(key, ct).ConfigureAwait(false) is not null;

    /// <inheritdoc/>
    public async Task DeleteAsync(string key, CancellationToken ct) =>
        await AskAsync(key, () => _client.DeleteObjectAsync(new DeleteObjectRequest { BucketName = _options.Bucket, Key = NameOf(key) }, ct)).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<long?> BytesAsync(string key, CancellationToken ct) => (await HeadAsync(key, ct).ConfigureAwait(false))?.Bytes;

    /// <inheritdoc/>
    public async Task<ImmutableArray<string>> KeysAsync(string folder, CancellationToken ct) => (await ListAsync(folder, ct).ConfigureAwait(false)).Keys;

    /// <inheritdoc/>
    public async Task<ImmutableArray<string>> FoldersAsync(string folder, CancellationToken ct) => (await ListAsync(folder, ct).ConfigureAwait(false)).Folders;

    /// <inheritdoc/>
    public async Task<Uri?> AddressAsync(string key, string fileName, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        if (!_options.DirectDownloads)
        {
            return null;
        }

        var request = new GetPreSignedUrlRequest
        {
            BucketName = _options.Bucket,
            Key = NameOf(key),
            Expires = _time.GetUtcNow().UtcDateTime.AddMinutes(_options.DirectMinutes),
            Protocol = _options.ServiceUrl.StartsWith("http:", StringComparison.OrdinalIgnoreCase) ? Protocol.HTTP : Protocol.HTTPS,
        };
        request.ResponseHeaderOverrides.ContentDisposition = $"attachment; filename*=UTF-8''{Uri.EscapeDataString(fileName)}";
        return new Uri(await _client.GetPreSignedURLAsync(request).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public string NewWorkFolder() => Directory.CreateDirectory(Path.Combine(_work, Path.GetRandomFileName())).FullName;

    /// <inheritdoc/>
    /// <remarks>On this node: work that goes on elsewhere begins anew there.</remarks>
    public string WorkFolderOf(string name) => Directory.CreateDirectory(Path.Combine(_work, BlobKey.WorkName(name))).FullName;

    /// <inheritdoc/>
    public void Dispose()
    {
        _copies.Dispose();
        _client.Dispose();
    }

    /// <summary>SHA-256 in lower-case hex, as the metadata has it.</summary>
    internal static string Hex(byte[] hash) => Convert.ToHexStringLower(hash);

    internal static string Hash(ReadOnlySpan<byte> content) => Hex(SHA256.HashData(content));

    private async Task<S3Head?> HeadAsync(string key, CancellationToken ct)
    {
        var name = NameOf(key);
        try
        {
            var answer = await AskAsync(key, () => _client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = _options.Bucket, Key = name }, ct)).ConfigureAwait(false);
            return new S3Head(answer.ContentLength, answer.ETag ?? "", answer.Metadata[HashName]);
        }
        catch (VettingException told) when (told.InnerException is AmazonS3Exception missing && S3Trouble.IsMissing(missing))
        {
            return null;
        }
    }

    private async Task<(ImmutableArray<string> Keys, ImmutableArray<string> Folders)> ListAsync(string folder, CancellationToken ct)
    {
        var prefix = $"{NameOf(folder)}/";
        var (keys, folders) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>());
        string? next = null;
        do
        {
            var answer = await AskAsync(folder, () => _client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _options.Bucket, Prefix = prefix, Delimiter = "/", ContinuationToken = next }, ct)).ConfigureAwait(false);
            keys.AddRange((answer.S3Objects ?? []).Select(o => o.Key[_options.Prefix.Length..]));
            folders.AddRange((answer.CommonPrefixes ?? []).Select(p => p[prefix.Length..].TrimEnd('/')));
            next = answer.IsTruncated is true ? answer.NextContinuationToken : null;
        }
        while (next is not null);

        return ([.. keys.Order(StringComparer.Ordinal)], [.. folders.Distinct().Order(StringComparer.Ordinal)]);
    }

    private async Task<T> AskAsync<T>(string key, Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (Exception trouble) when (trouble is AmazonServiceException or AmazonClientException or HttpRequestException or IOException)
        {
            throw S3Trouble.Told(trouble, key, _options);
        }
    }

    private string NameOf(string key) => _options.Prefix + string.Join('/', BlobKey.Segments(key));
}

/// <summary>What is known of an object without reading it. <paramref name="Sha256"/>: as it was uploaded with; null for an object that somebody else put there.</summary>
internal sealed record S3Head(long Bytes, string ETag, string? Sha256);

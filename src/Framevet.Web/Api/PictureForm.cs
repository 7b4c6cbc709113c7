using System.Collections.Immutable;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Storage;
using Microsoft.AspNetCore.Http.Features;

namespace Framevet.Web.Api;

/// <summary>A form with one picture that is looked at and not kept: it lies in a folder of its own that goes away with the answer.</summary>
internal sealed class PictureForm(IBlobStore blobs, ISettingsStore settings, DiskReserve reserve)
{
    /// <summary>Largest picture, MiB.</summary>
    public const int MaxMegabytes = 64;

    /// <summary>Reads the form and gives picture and fields to <paramref name="use"/>.</summary>
    /// <exception cref="VettingException">InvalidRequest without a picture; as <see cref="UploadReader.ReadAsync"/>.</exception>
    public async Task<T> ReadAsync<T>(HttpContext http, Func<SourceFile, ImmutableDictionary<string, string>, Task<T>> use, CancellationToken ct)
    {
        var limits = (await settings.CurrentAsync(ct)).Settings.Limits;
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = (MaxMegabytes + 1L) << 20;
        }

        var folder = blobs.NewWorkFolder();
        try
        {
            var form = await new UploadReader(limits with { MaxFiles = 1, MaxFileMegabytes = Math.Min(limits.MaxFileMegabytes, MaxMegabytes) }, folder, reserve).ReadAsync(http.Request, ct);
            if (form.Files is not [var picture])
            {
                throw form.Refused is [var refused, ..] ? refused.Error : new VettingException(FailureCode.InvalidRequest, "The request contains no picture; send it as a part named 'files'.");
            }

            return await use(new SourceFile(picture.Path, picture.Name, new FileInfo(picture.Path).Length), form.Fields);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

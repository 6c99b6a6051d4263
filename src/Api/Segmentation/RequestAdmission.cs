using FcnService.Api.Admission;

namespace FcnService.Api.Segmentation;

/// <summary>How a request comes by its room: refused at once where there is none or, if it is one image of many, waiting for it.</summary>
/// <param name="Control">What there is room for.</param>
/// <param name="Waits">Whether it waits, as long as its deadline lets it.</param>
internal readonly record struct RequestAdmission(AdmissionControl Control, bool Waits)
{
    private const string Stage = "waiting for room";

    /// <summary>That of a request.</summary>
    public static RequestAdmission Of(HttpContext context, AdmissionControl control) =>
        new(control, Waits: context.Features.Get<WaitsForRoom>() is not null);

    /// <inheritdoc cref="AdmissionControl.AdmitBytes"/>
    public async ValueTask<AdmittedBytes> AdmitBytesAsync(long length, Deadline deadline)
    {
        if (!Waits)
        {
            return Control.AdmitBytes(length);
        }

        deadline.Enter(Stage);
        return await Control.WaitForBytesAsync(length, deadline.Token);
    }

    /// <inheritdoc cref="AdmissionControl.CheckPhoto"/>
    public void CheckPhoto(double cost)
    {
        if (!Waits)
        {
            Control.CheckPhoto(cost);
        }
    }

    /// <inheritdoc cref="AdmissionControl.AdmitPhoto"/>
    public async ValueTask<IDisposable> AdmitPhotoAsync(double cost, Deadline deadline)
    {
        if (!Waits)
        {
            return Control.AdmitPhoto(cost);
        }

        deadline.Enter(Stage);
        return await Control.WaitForPhotoAsync(cost, deadline.Token);
    }
}
